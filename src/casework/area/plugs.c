/* plugs.c -- the two registers of the room. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/area/area_inside.h"

void area_plugs(struct area_desk *desk, struct work_plug out[AREA_PLUGS])
{
    out[0] = source_plug(desk);
    out[1] = victim_plug(desk);
}
