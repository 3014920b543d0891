/* serving.h -- what the verbs of the service share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"
#include "config/config.h"

/* The configuration at `path`, or the defaults if it is NULL.  EXIT_INPUT: said. */
enum exit_code config_of_command(struct config *config, const struct command *command,
                                 const char *path, struct arena *boot);
