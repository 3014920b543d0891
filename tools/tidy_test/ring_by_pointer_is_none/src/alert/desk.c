/* desk.c -- calls its neighbour. */
/* SPDX-License-Identifier: Apache-2.0 */
int mask_count(int n);

int desk_count(int n)
{
    return mask_count(n);
}
