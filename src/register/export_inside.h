/* export_inside.h -- a registry as bytes: what was said and still stands.
 *
 *   lists     names u64 in the order of their numbers                         0
 *   persons   of whom only events spoke: key u64, spelling as text            0
 *   spelled   names that a row once held: name u64, spelling as text          0
 *   said      in the order in which it was said:                              0
 *     ROW     kind u8 | known varint | position u64 | digest u64 | fields
 *     TIE     thing u8 | held u64 | person u64 | text: the person's spelling if its row comes later
 *     MEMBER  list varint | value u64 | shortened u8 | from u64 | until u64
 *
 * Persons and spelled names come in the order of their words. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "register/register_inside.h"

enum saying { SAID_NOTHING, SAID_ROW, SAID_TIE, SAID_MEMBER };
enum { REGISTRY_FORM = 1 };
