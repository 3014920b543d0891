/* config_fuzz.c -- any bytes: refused with a place in both tongues, or settings within their bounds
 * that can be explained. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct config *config)
{
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
        const struct setting *setting = &SETTINGS[i];
        bool number = setting->type == CONFIG_WHOLE || setting->type == CONFIG_SIZE ||
                      setting->type == CONFIG_SPAN;
        if (!number)
            continue;
        int64_t value = *(const int64_t *)((const char *)config + setting->offset);
        must(value >= setting->least);
        must(value <= setting->most);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[2][OUTLINE_BYTES_MAX + 4096];
    static char shown[8 * OUTLINE_BYTES_MAX];
    struct arena *arena;
    struct config config;
    if (size > OUTLINE_BYTES_MAX)
        size = OUTLINE_BYTES_MAX;
    must(arena_create(&arena, 64 << 20) == STATUS_OK);
    struct text why[TONGUES_COUNT] = {text_over(room[0], sizeof room[0]),
                                      text_over(room[1], sizeof room[1])};
    struct slice text = {(const char *)bytes, size};
    enum status status = config_parse(&config, "cutline.yaml", text, arena, why);
    if (status == STATUS_OK) {
        check(&config);
        struct text explained = text_over(shown, sizeof shown);
        text_add_config(&explained, &config, TONGUE_ZH);
        explained = text_over(shown, sizeof shown);
        text_add_config_json(&explained, &config);
    } else {
        must(status == STATUS_MALFORMED);
        must(why[TONGUE_EN].size != 0);
        must(why[TONGUE_ZH].size != 0);
    }
    arena_destroy(arena);
    return 0;
}
