/* law_fuzz.c -- any text as a pack or a calendar: it is read or refused with a place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/fine.h"
#include "law/law.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void use_calendar(const struct law_calendar *days)
{
    law_date out, unknown;
    for (uint32_t i = 0; i < days->exceptions_count; i++) {
        enum status status =
            law_working_days_after(days, days->exceptions[i].date, 3, &out, &unknown);
        must(status == STATUS_OK || status == STATUS_ABSENT);
    }
}

static void use_pack(const struct law_pack *pack)
{
    static char room[1 << 20];
    struct law_fine fine;
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text text = text_over(room, sizeof room);
        text_add_law_pack(&text, pack, (enum tongue)t);
        must(text.full || utf8_valid(text_slice(&text)));
        must(text_add_law_diff(&text, pack, pack, (enum tongue)t) == 0);
    }
    struct text text = text_over(room, sizeof room);
    text_add_law_json(&text, pack, true);
    must(text_add_law_diff_json(&text, pack, pack) == 0);
    for (uint32_t i = 0; i < pack->fines_count; i++) {
        enum status status =
            law_fine_of(pack, pack->fines[i].act, pack->fines[i].grade, 100, &fine);
        must(status == STATUS_OK);
        must(fine.least_fen <= fine.most_fen);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[TONGUES_COUNT][1 << 16];
    struct text why[TONGUES_COUNT];
    struct arena *arena;
    struct law_pack pack;
    struct law_calendar days;
    bool calendar;
    if (size > 65536)
        return 0;
    must(arena_create(&arena, 8 << 20) == STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(room[t], sizeof room[t]);
    enum status status = law_read("p", (struct slice){(const char *)bytes, size}, arena, &pack,
                                  &days, &calendar, why);
    must(status == STATUS_OK || status == STATUS_MALFORMED || status == STATUS_FULL);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        must(status != STATUS_MALFORMED || why[t].size > 0);
    if (status == STATUS_OK && calendar)
        use_calendar(&days);
    else if (status == STATUS_OK)
        use_pack(&pack);
    arena_destroy(arena);
    return 0;
}
