/* recalling.h -- requests for return in a running service: carried out, answers taken in. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/recall/recall_work.h"
#include "service.h"

struct recalling;

/* Before work_open.  STATUS_REFUSED: the configuration, `why`. */
enum status recalling_open(struct recalling **out, struct service *service, struct text *why);
struct work_plug recalling_plug(struct recalling *recalling);
/* Work is open: the thread that carries.  STATUS_FULL. */
enum status recalling_start(struct recalling *recalling, struct work *work);
void recalling_close(struct recalling *recalling);
