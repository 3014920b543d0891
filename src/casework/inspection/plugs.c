/* plugs.c -- the kinds of the room. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/inspection/inspection_inside.h"

void inspection_plugs(struct inspection_desk *desk, struct work_plug out[INSPECTION_PLUGS])
{
    out[0] = batch_plug(desk);
    out[1] = inspection_plug(desk);
}
