/* main.c -- knows everybody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/alert.h"
#include "ground/ground.h"
#include <sys/stat.h>
#include <yaml.h>

int main(void)
{
    return ground_count();
}
