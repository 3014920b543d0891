/* say.h -- what the program says to a person, apart from its output. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"

/* One sentence on standard error, behind "cutline: ".  Written by COMPLAIN, which chooses the
 * tongue and lets the compiler check both formats. */
[[gnu::format(printf, 1, 2)]] void say_wrong(const char *format, ...);
#define COMPLAIN(command, en, zh, ...)                                         \
    ((command)->tongue == TONGUE_ZH ? say_wrong(zh __VA_OPT__(, ) __VA_ARGS__) \
                                    : say_wrong(en __VA_OPT__(, ) __VA_ARGS__))

/* That there is not enough memory.  EXIT_FAILED. */
enum exit_code say_no_memory(const struct command *command);
/* A text as it is, on standard error or standard output; false: it could not be written. */
void say_on_err(struct slice slice);
bool say_on_out(struct slice slice);
