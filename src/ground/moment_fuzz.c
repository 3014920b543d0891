/* moment_fuzz.c -- any bytes: what is read as a moment is written and read back the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "moment.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    moment at;
    if (moment_parse((struct slice){(const char *)bytes, size}, &at) != STATUS_OK)
        return 0;
    struct civil civil = civil_of_moment(at, 0);
    if (civil.year < 0 || civil.year > 9999)
        return 0; /* an offset may lead a day out of the years that are written */
    char room[40];
    struct text text = text_over(room, sizeof room);
    text_add_moment(&text, at, 0);
    must(!text.full);
    moment again;
    enum status status = moment_parse(text_slice(&text), &again);
    must(status == STATUS_OK);
    must(again.ms == at.ms);
    return 0;
}
