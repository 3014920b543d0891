/* lint.c -- what is right but surely not meant. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

void lint(struct checker *checker)
{
    (void)checker;
}
