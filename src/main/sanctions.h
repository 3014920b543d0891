/* sanctions.h -- sanctions and the register of what stands, in a running service. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/measure/measure.h"
#include "casework/sanction/sanction.h"
#include "service.h"
#include "standing/standing.h"

struct sanctions;

/* The register, before anybody makes work.  `why`: one sentence. */
enum status sanctions_open(struct sanctions **out, struct service *service, struct text *why);
unsigned sanctions_plugs(struct sanctions *sanctions, struct work_plug *out);
void sanctions_start(struct sanctions *sanctions, struct work *work);
/* The index follows what was committed, forms of the public become appeals; whether more wait. */
bool sanctions_turn(struct sanctions *sanctions, struct arena *scratch);
/* Packs were read again. */
enum status sanctions_law(struct sanctions *sanctions);
/* Seals what was answered, and closes. */
void sanctions_close(struct sanctions *sanctions, struct arena *scratch);
