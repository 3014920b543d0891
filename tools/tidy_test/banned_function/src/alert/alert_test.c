/* alert_test.c -- a test may not either. */
/* SPDX-License-Identifier: Apache-2.0 */

int alert(void)
{
    strcpy (0);
    strcat (0);
    sprintf (0);
    gets (0);
    atoi (0);
    atof (0);
    strtok (0);
    my_strcpy(0);
    snprintf(0);
    it.gets(0);
    return 0;
}
