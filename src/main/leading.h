/* leading.h -- leads in a running service. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/lead/lead.h"
#include "service.h"

struct leading;

/* Before work_open and letters_open.  A plan or directory that cannot be read is told in `why`. */
enum status leading_open(struct leading **out, struct service *service, struct text *why);
/* How many plugs it put down. */
unsigned leading_plugs(struct leading *leading, struct work_plug *out);
void leading_start(struct leading *leading, struct work *work);
/* Now and then, on the thread of work: finds out who is at home, and the outbox. */
void leading_turn(struct leading *leading);
/* The law has changed, inside a transaction of the store. */
void leading_law(struct leading *leading);
struct lead *leading_lead(struct leading *leading);
void leading_close(struct leading *leading);
