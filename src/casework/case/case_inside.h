/* case_inside.h -- words of the room's tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/case/case.h"

#define DESK   (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define SECOND WORK_ROLE(supervisor)

enum { CASE_LEASE_MS = 30 * MINUTE_MS };

struct work_plug handover_plug(struct casebook *casebook);
