/* alert.c -- calls its neighbour. */
/* SPDX-License-Identifier: Apache-2.0 */
int ground_count(int n);

int alert_count(int n)
{
    return ground_count(n);
}
