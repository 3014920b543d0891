/* order_fuzz.c -- any bytes as an order and as a result; what was read is written and read back the
 * same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/order.h"

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
    must(!text.full);
    arena_destroy(arena);
    return 0;
}
