/* alert.c -- has two heads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef A
int alert(int n)
{
#else
int alert(void)
{
#endif
    return 0;
}
