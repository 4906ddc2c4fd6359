/* The board of rules.h. */

#include "rules.h"

#include <string.h>

void board_clear(struct board *board)
{
    memset(board->cells, '.', CELLS);
    board->cells[CELLS] = '\0';
    board->moves = 0;
}

int board_drop(struct board *board, int side, int column)
{
    if (column < 0 || column >= COLUMNS)
        return -1;
    for (int cell = column; cell < CELLS; cell += COLUMNS) {
        if (board->cells[cell] != '.')
            continue;
        board->cells[cell] = side == 0 ? '0' : '1';
        board->moves++;
        return cell;
    }
    return -1;
}

static bool is_same(const struct board *board, int column, int row, char piece)
{
    return column >= 0 && column < COLUMNS && row >= 0 && row < ROWS &&
           board->cells[row * COLUMNS + column] == piece;
}

/* How far the line goes from a cell in one direction, the cell itself not counted. */
static int run_length(const struct board *board, int cell, int dx, int dy)
{
    int column = cell % COLUMNS, row = cell / COLUMNS, length = 0;

    while (is_same(board, column + (length + 1) * dx, row + (length + 1) * dy, board->cells[cell]))
        length++;
    return length;
}

bool board_line(const struct board *board, int cell, int line[LINE])
{
    static const int directions[][2] = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};

    if (cell < 0 || cell >= CELLS || board->cells[cell] == '.')
        return false;
    for (int i = 0; i < 4; i++) {
        int dx = directions[i][0], dy = directions[i][1];
        int before = run_length(board, cell, -dx, -dy);
        int step = dy * COLUMNS + dx;

        if (before + 1 + run_length(board, cell, dx, dy) < LINE)
            continue;
        for (int n = 0; n < LINE; n++)
            line[n] = cell + (n - (before < LINE ? before : LINE - 1)) * step;
        return true;
    }
    return false;
}

bool board_is_full(const struct board *board)
{
    return board->moves == CELLS;
}
