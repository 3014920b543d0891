/* whole_test.c -- crosses rooms. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/alert.h"
#include "test/faked.h"
#include <yaml.h>
