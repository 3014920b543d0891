/* reason.c -- calls its neighbour. */
/* SPDX-License-Identifier: Apache-2.0 */
int desk_count(int n);

int reason_count(int n)
{
    return desk_count(n);
}
