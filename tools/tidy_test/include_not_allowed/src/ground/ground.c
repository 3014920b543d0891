/* ground.c -- looks up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/alert.h"
