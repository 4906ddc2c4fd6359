/* Four in a row: two sides drop their pieces into seven columns of six, and who has four in a line
 * first has won. Knows nothing of players, clocks or the network. */
#ifndef GAME_RULES_H
#define GAME_RULES_H

#include <stdbool.h>

enum { COLUMNS = 7, ROWS = 6, CELLS = COLUMNS * ROWS, LINE = 4 };

/* Cells count from the lower left corner, row by row. */
struct board {
    char cells[CELLS + 1]; /* a text: '.' is empty, '0' and '1' are the sides' pieces */
    int moves;             /* pieces on it */
};

void board_clear(struct board *board);

/* Drops a piece of side 0 or 1 into a column from 0 on. The cell where it lies, or -1: no such
 * column, or it is full. */
int board_drop(struct board *board, int side, int column);

/* Whether the piece in that cell is part of a line of its side; then line[] has four cells of it.
 */
bool board_line(const struct board *board, int cell, int line[LINE]);

bool board_is_full(const struct board *board);

#endif
