/* alert.c -- is curious. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/ground_inside.h"
