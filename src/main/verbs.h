/* verbs.h -- one function a verb. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"

#define VERB(name, words, operands, least, most, flags, en, zh) \
    enum exit_code verb_##name(const struct command *command);
#include "verbs.inc"
#undef VERB
