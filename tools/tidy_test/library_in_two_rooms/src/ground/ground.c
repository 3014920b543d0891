/* ground.c -- wraps it again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <libxml/tree.h>
#include <stdio.h>
#include <sys/mman.h>
#include <yaml.h>
