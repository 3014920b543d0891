/* status.h -- the one error convention of the house.
 *
 * What the world may do wrong returns an `enum status`; the compiler refuses to drop one.  What
 * only a programmer can do wrong is a `must()`, which stays on in production.  `TRY` is the only
 * macro of the house that changes control flow.  On failure an out-parameter is left untouched. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* clang-format off */
enum [[nodiscard]] status {
#define STATUS(name, meaning) STATUS_##name,
#include "statuses.inc"
#undef STATUS
};
/* clang-format on */

/* The name of a status in lower case, for logs and tests.  Lends a string of the program. */
const char *status_name(enum status status);
/* What the status means, in English, one clause. */
const char *status_meaning(enum status status);

#define TRY(call)                  \
    do {                           \
        enum status try_ = (call); \
        if (try_ != STATUS_OK)     \
            return try_;           \
    } while (0)

/* Ends the process with the claim, file and line.  One claim each, no side effects. */
_Noreturn void must_failed(const char *claim, const char *file, int line);
#define must(claim) ((claim) ? (void)0 : must_failed(#claim, __FILE__, __LINE__))
