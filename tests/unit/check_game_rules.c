/* Four in a row, the game example's rules: lines in every direction and place, full columns,
 * hostile columns. */
#include "examples/game/rules.h"

#include <check.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The last piece's cell; columns as digits, the sides take turns. */
static int play(struct board *board, const char *columns)
{
    int cell = -1;

    board_clear(board);
    for (; *columns; columns++) {
        cell = board_drop(board, board->moves % 2, *columns - '0');
        ck_assert_int_ge(cell, 0);
    }
    return cell;
}

static bool has_cell(const int line[LINE], int cell)
{
    for (int i = 0; i < LINE; i++)
        if (line[i] == cell)
            return true;
    return false;
}

static const struct {
    const char *columns;
    int line[LINE];
} lines[] = {
    {"0011223", {0, 1, 2, 3}},        /* the last piece at the end */
    {"0011332", {0, 1, 2, 3}},        /* in the middle */
    {"6655443", {3, 4, 5, 6}},        /* at the right edge */
    {"0101010", {0, 7, 14, 21}},      /* upwards */
    {"01122323363", {0, 8, 16, 24}},  /* up and right; the last completes it */
    {"65544343303", {6, 12, 18, 24}}, /* up and left */
};

START_TEST(test_line)
{
    struct board board;
    int line[LINE];
    int cell = play(&board, lines[_i].columns);

    ck_assert(board_line(&board, cell, line));
    for (int i = 0; i < LINE; i++) {
        ck_assert(has_cell(line, lines[_i].line[i]));
        ck_assert_int_eq(board.cells[line[i]], board.cells[cell]);
    }
}
END_TEST

/* Five or more in a row still give four cells, the last one among them. */
START_TEST(test_long_line)
{
    struct board board;
    int line[LINE];
    int cell;

    board_clear(&board);
    for (int column = 0; column < COLUMNS; column++)
        if (column != 3)
            board_drop(&board, 0, column);
    cell = board_drop(&board, 0, 3);
    ck_assert(board_line(&board, cell, line));
    ck_assert(has_cell(line, cell));
    for (int i = 1; i < LINE; i++)
        ck_assert_int_eq(line[i], line[i - 1] + 1);
}
END_TEST

/* Three, a row that goes round the edge, the other side's pieces between: no lines. */
START_TEST(test_no_line)
{
    static const char *const boards[] = {"001122", "4455661", "001123", "01010"};
    struct board board;
    int line[LINE];

    for (size_t i = 0; i < sizeof(boards) / sizeof(*boards); i++)
        ck_assert_msg(!board_line(&board, play(&board, boards[i]), line), "%s", boards[i]);
    board_clear(&board);
    for (int cell = 4; cell < 8; cell++) /* 4, 5, 6 and, one row up, 0 */
        board.cells[cell] = '0';
    ck_assert(!board_line(&board, 7, line));
    ck_assert(!board_line(&board, 8, line)); /* an empty cell has none */
    ck_assert(!board_line(&board, -1, line));
    ck_assert(!board_line(&board, CELLS, line));
}
END_TEST

/* Every line there is on the board, found from each of its cells: 69 of them. */
START_TEST(test_all_lines)
{
    static const int steps[][2] = {{1, 0}, {0, 1}, {1, 1}, {-1, 1}};
    int found = 0;

    for (int cell = 0; cell < CELLS; cell++) {
        for (int i = 0; i < 4; i++) {
            int x = cell % COLUMNS + (LINE - 1) * steps[i][0];
            int y = cell / COLUMNS + (LINE - 1) * steps[i][1];
            int line[LINE];
            struct board board;

            if (x < 0 || x >= COLUMNS || y >= ROWS)
                continue;
            board_clear(&board);
            for (int n = 0; n < LINE; n++)
                board.cells[cell + n * (steps[i][1] * COLUMNS + steps[i][0])] = '1';
            for (int n = 0; n < LINE; n++)
                ck_assert(
                    board_line(&board, cell + n * (steps[i][1] * COLUMNS + steps[i][0]), line));
            found++;
        }
    }
    ck_assert_int_eq(found, 69);
}
END_TEST

START_TEST(test_columns)
{
    struct board board;

    board_clear(&board);
    ck_assert_int_eq(board_drop(&board, 0, -1), -1);
    ck_assert_int_eq(board_drop(&board, 0, COLUMNS), -1);
    ck_assert_int_eq(board_drop(&board, 0, INT_MIN), -1);
    ck_assert_int_eq(board_drop(&board, 0, INT_MAX), -1);
    for (int row = 0; row < ROWS; row++)
        ck_assert_int_eq(board_drop(&board, row % 2, 6), row * COLUMNS + 6);
    ck_assert_int_eq(board_drop(&board, 0, 6), -1);
    ck_assert_int_eq(board.moves, ROWS);
}
END_TEST

START_TEST(test_full)
{
    struct board board;

    board_clear(&board);
    for (int column = 0; column < COLUMNS; column++) {
        for (int row = 0; row < ROWS; row++) {
            ck_assert(!board_is_full(&board));
            ck_assert_int_ge(board_drop(&board, row % 2, column), 0);
        }
    }
    ck_assert(board_is_full(&board));
    ck_assert_ptr_null(strchr(board.cells, '.'));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("game_rules");
    TCase *tcase = tcase_create("rules");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tcase, test_line, 0, (int)(sizeof(lines) / sizeof(*lines)));
    tcase_add_test(tcase, test_long_line);
    tcase_add_test(tcase, test_no_line);
    tcase_add_test(tcase, test_all_lines);
    tcase_add_test(tcase, test_columns);
    tcase_add_test(tcase, test_full);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
