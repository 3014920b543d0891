/* follow.h -- traces asked of a running service. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"

/* `cutline trace FROM` without files. */
enum exit_code follow_trace(const struct command *command);
/* `cutline stop propose FROM|TRACE`, `cutline stop order TRACE NUMBER...`: the operands behind the
 * action. */
enum exit_code follow_propose(const struct command *command);
enum exit_code follow_order(const struct command *command);
