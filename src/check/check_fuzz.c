/* check_fuzz.c -- any bytes as a question and as a reply; what was read is written and read back
 * the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[512], again[65536];
    struct arena *arena;
    struct check_question question, question_again;
    struct reply reply, reply_again;
    struct slice json = {(const char *)bytes, size};
    must(arena_create(&arena, 4 << 20) == STATUS_OK);
    struct text why = text_over(room, sizeof room);
    struct text text = text_over(again, sizeof again);
    if (check_read(json, arena, &question, &why) == STATUS_OK) {
        text_add_check(&text, &question);
        must(!text.full);
        must(check_read(text_slice(&text), arena, &question_again, &why) == STATUS_OK);
        must(slice_equal(question.number, question_again.number));
    } else if (reply_read(json, arena, &reply, &why) == STATUS_OK) {
        text_add_reply(&text, &reply);
        must(!text.full);
        must(reply_read(text_slice(&text), arena, &reply_again, &why) == STATUS_OK);
        for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
            must(slice_equal(reply.value[f], reply_again.value[f]));
    }
    arena_destroy(arena);
    return 0;
}
