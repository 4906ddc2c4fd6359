/* JavaScript's Number(text), which upstream reads packet headers with. */
#ifndef SIO_JS_NUMBER_H
#define SIO_JS_NUMBER_H

#include "base/span.h"

/* The bytes of the blank (as JavaScript's trim() knows them) at `at`; 0 when there is none. */
size_t sio__js_blank(const char *at, const char *end);

/* Number(text): NaN when it is no number, 0 when it is blank. */
double sio__js_to_number(sio__span_t text);

#endif
