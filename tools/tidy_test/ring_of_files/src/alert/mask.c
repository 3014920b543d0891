/* mask.c -- calls its neighbour. */
/* SPDX-License-Identifier: Apache-2.0 */
int reason_count(int n);

int mask_count(int n)
{
    return reason_count(n);
}
