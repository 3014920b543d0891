/* order_fuzz.c -- any bytes as an order and as a result; what was read is written and read back the
 * same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/freezing.h"

/* Letters of a freeze: what is read is written and read again. */
static void freezing(struct slice json, struct arena *arena, struct text *why, struct text *text)
{
    struct freeze_letter letter, letter_again;
    struct freeze_result result, result_again;
    struct renew_letter renew;
    struct slice order;
    size_t before = text->size;
    struct slice written;
    if (freeze_letter_read(json, arena, &letter, why) == STATUS_OK) {
        text_add_freeze_letter(text, &letter);
        written = (struct slice){text->at + before, text->size - before};
        must(freeze_letter_read(written, arena, &letter_again, why) == STATUS_OK);
        must(slice_equal(letter.of_case, letter_again.of_case));
    } else if (freeze_result_read(json, arena, &result, why) == STATUS_OK) {
        text_add_freeze_result(text, &result);
        written = (struct slice){text->at + before, text->size - before};
        must(freeze_result_read(written, arena, &result_again, why) == STATUS_OK);
        must(result.until.ms == result_again.until.ms);
    } else if (renew_letter_read(json, arena, &renew, why) == STATUS_OK) {
        text_add_renew_letter(text, &renew);
    } else if (turn_letter_read(json, arena, &order, why) == STATUS_OK) {
        text_add_turn_letter(text, order);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[512], again[262144];
    struct arena *arena;
    struct stop_letter letter, letter_again;
    struct order_result result, result_again;
    struct slice json = {(const char *)bytes, size}, order;
    must(arena_create(&arena, 8 << 20) == STATUS_OK);
    struct text why = text_over(room, sizeof room);
    struct text text = text_over(again, sizeof again);
    if (stop_letter_read(json, arena, &letter, &why) == STATUS_OK) {
        text_add_stop_letter(&text, &letter);
        must(stop_letter_read(text_slice(&text), arena, &letter_again, &why) == STATUS_OK);
        must(slice_equal(letter.name, letter_again.name));
    } else if (order_result_read(json, arena, &result, &why) == STATUS_OK) {
        text_add_order_result(&text, &result);
        must(order_result_read(text_slice(&text), arena, &result_again, &why) == STATUS_OK);
        must(result.moved_count == result_again.moved_count);
        must(result.balance == result_again.balance);
    } else if (lift_letter_read(json, arena, &order, &why) == STATUS_OK) {
        text_add_lift_letter(&text, order);
    }
    freezing(json, arena, &why, &text);
    must(!text.full);
    arena_destroy(arena);
    return 0;
}
