/* asking.h -- the program as a client of a service: where it is, and the token to show. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"
#include "courier/courier.h"

struct asking {
    const struct command *command;
    const char *to;
    char authorization[512]; /* the header; empty: no token */
    struct courier_line line;
};

/* From --to and --token.  EXIT_USAGE, EXIT_INPUT: said. */
enum exit_code asking_open(struct asking *asking, const struct command *command);
/* The first line of a file that only its owner may read.  EXIT_INPUT: said. */
enum exit_code asking_secret(const struct command *command, const char *path, struct text *out);
/* Says what went wrong, if something did; `answer` is the body of what the service said. */
enum exit_code asking_judge(const struct asking *asking, enum status status, int http_status,
                            struct slice answer);
void asking_close(struct asking *asking);
