/* dissuasion_inside.h -- words of the room's tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/dissuasion/dissuasion.h"

#define DESK    (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define LIAISON WORK_ROLE(liaison)
#define SERVICE WORK_ROLE(service)
#define SECOND  (WORK_ROLE(duty) | WORK_ROLE(supervisor))
