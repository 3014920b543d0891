/* alert.c -- is lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "nowhere.h"
