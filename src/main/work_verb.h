/* work_verb.h -- the actions of actions.inc on one kind of work (working.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"

enum exit_code work_verb(const struct command *command, const char *kind);
