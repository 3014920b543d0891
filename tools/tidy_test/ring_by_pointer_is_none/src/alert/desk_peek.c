/* desk_peek.c -- shares a name. */
/* SPDX-License-Identifier: Apache-2.0 */
int mask_count(void *sink);

int desk_peek(int n)
{
    return n + mask_count(0);
}
