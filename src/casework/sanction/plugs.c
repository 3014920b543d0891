/* plugs.c -- the three kinds of the room, for main/ to plug in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

void sanction_plugs(struct sanction_desk *desk, struct work_plug out[SANCTION_PLUGS])
{
    out[0] = sanction_plug(desk);
    out[1] = sanction_order_plug(desk);
    out[2] = appeal_plug(desk);
}
