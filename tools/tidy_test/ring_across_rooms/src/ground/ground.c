/* ground.c -- calls its neighbour. */
/* SPDX-License-Identifier: Apache-2.0 */
int alert_count(int n);

int ground_count(int n)
{
    return alert_count(n);
}
