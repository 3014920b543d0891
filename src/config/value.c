/* value.c -- the values of settings: from words, and back.
 *
 * Invariants:  1. A word that does not spell a value within its bounds changes nothing.
 *              2. text_add_value() writes what setting_put() reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_inside.h"

#include "ground/moment.h"

/* clang-format off */
const struct setting SETTINGS[CONFIG_SETTINGS_COUNT] = {
#define SETTING(name, section, key, type, fallback, least, most, choices, en, zh) \
    {section, key, CONFIG_##type, fallback, least, most, choices, {{en, zh}}, \
     offsetof(struct config, name)},
#include "settings.inc"
#undef SETTING
};

const struct setting TAILS[] = {
#define TAIL(name, key, type, fallback, least, most, choices, en, zh) \
    {NULL, key, CONFIG_##type, fallback, least, most, choices, {{en, zh}}, \
     offsetof(struct config_tail, name)},
#include "tails.inc"
#undef TAIL
};
const unsigned TAILS_KEYS_COUNT = sizeof TAILS / sizeof TAILS[0];

const struct setting WEBHOOKS[] = {
#define WEBHOOK(name, key, type, fallback, least, most, choices, en, zh) \
    {NULL, key, CONFIG_##type, fallback, least, most, choices, {{en, zh}}, \
     offsetof(struct config_webhook, name)},
#include "webhooks.inc"
#undef WEBHOOK
};
const unsigned WEBHOOKS_KEYS_COUNT = sizeof WEBHOOKS / sizeof WEBHOOKS[0];

const struct setting PARTNERS[] = {
#define PARTNER(name, key, type, fallback, least, most, choices, en, zh) \
    {NULL, key, CONFIG_##type, fallback, least, most, choices, {{en, zh}}, \
     offsetof(struct config_partner, name)},
#include "partners.inc"
#undef PARTNER
};
const unsigned PARTNERS_KEYS_COUNT = sizeof PARTNERS / sizeof PARTNERS[0];
/* clang-format on */

struct unit {
    const char *word;
    int64_t worth;
};

/* From the largest on, as they are written. */
static const struct unit SIZES[] = {
    {"T", INT64_C(1) << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}, {NULL, 0},
};
static const struct unit SPANS[] = {
    {"d", DAY_MS}, {"h", HOUR_MS}, {"m", MINUTE_MS}, {"s", SECOND_MS}, {"ms", 1}, {NULL, 0},
};
static const struct unit WHOLES[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum config_type type)
{
    return type == CONFIG_SIZE ? SIZES : type == CONFIG_SPAN ? SPANS : WHOLES;
}

static enum status read_number(struct slice word, const struct unit *units, int64_t *out)
{
    int64_t number = 0;
    size_t i = 0;
    for (; i < word.size && word.at[i] >= '0' && word.at[i] <= '9'; i++) {
        if (number > (INT64_MAX - 9) / 10)
            return STATUS_MALFORMED;
        number = number * 10 + (word.at[i] - '0');
    }
    if (i == 0)
        return STATUS_MALFORMED;
    struct slice rest = {word.at + i, word.size - i};
    for (const struct unit *unit = units; unit->word != NULL; unit++) {
        if (!slice_equal(rest, slice_of(unit->word)))
            continue;
        if (number > INT64_MAX / unit->worth)
            return STATUS_MALFORMED;
        *out = number * unit->worth;
        return STATUS_OK;
    }
    return STATUS_MALFORMED;
}

static int two_digits(const char *at)
{
    bool digits = at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9';
    return digits ? (at[0] - '0') * 10 + (at[1] - '0') : -1;
}

static enum status read_zone(struct slice word, int32_t *out)
{
    if (slice_equal(word, SLICE("Z"))) {
        *out = 0;
        return STATUS_OK;
    }
    if (word.size != 6 || word.at[3] != ':' || (word.at[0] != '+' && word.at[0] != '-'))
        return STATUS_MALFORMED;
    int hours = two_digits(word.at + 1);
    int minutes = two_digits(word.at + 4);
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
        return STATUS_MALFORMED;
    *out = (word.at[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return STATUS_OK;
}

static enum status read_choice(const char *choices, struct slice word, unsigned *out)
{
    for (unsigned i = 0;; i++) {
        size_t size = strcspn(choices, "|");
        if (slice_equal(word, (struct slice){choices, size})) {
            *out = i;
            return STATUS_OK;
        }
        if (choices[size] == '\0')
            return STATUS_MALFORMED;
        choices += size + 1;
    }
}

static bool all_between(struct slice word, char least, char most)
{
    for (size_t i = 0; i < word.size; i++)
        if (word.at[i] < least || word.at[i] > most)
            return false;
    return true;
}

static enum status put_path(struct slice *out, struct slice word, struct slice folder,
                            struct arena *boot)
{
    if (word.size == 0 || word.at[0] == '/' || folder.size == 0)
        return slice_copy(boot, word, out);
    char *bytes;
    size_t size = folder.size + 1 + word.size;
    TRY(ARENA_NEW(boot, size + 1, &bytes));
    struct text text = text_over(bytes, size + 1);
    text_add(&text, folder);
    text_add_char(&text, '/');
    text_add(&text, word);
    *out = text_slice(&text);
    return STATUS_OK;
}

static enum status put_text(const struct setting *setting, struct slice *out, struct slice word,
                            struct slice folder, struct arena *boot)
{
    if (memchr(word.at, '\0', word.size) != NULL || !utf8_valid(word))
        return STATUS_MALFORMED;
    switch (setting->type) {
    case CONFIG_FILE:
    case CONFIG_SECRET:
        return put_path(out, word, folder, boot);
    case CONFIG_COUNTRY:
        if (word.size < 1 || word.size > 3 || word.at[0] == '0' || !all_between(word, '0', '9'))
            return STATUS_MALFORMED;
        break;
    case CONFIG_CURRENCY:
        if (word.size != 3 || !all_between(word, 'A', 'Z'))
            return STATUS_MALFORMED;
        break;
    default:
        break;
    }
    return slice_copy(boot, word, out);
}

enum status setting_put(const struct setting *setting, void *base, struct slice word,
                        struct slice folder, struct arena *boot)
{
    void *at = (char *)base + setting->offset;
    int64_t number;
    switch (setting->type) {
    case CONFIG_WHOLE:
    case CONFIG_SIZE:
    case CONFIG_SPAN:
        TRY(read_number(word, units_of(setting->type), &number));
        if (number < setting->least || number > setting->most)
            return STATUS_MALFORMED;
        *(int64_t *)at = number;
        return STATUS_OK;
    case CONFIG_ZONE:
        return read_zone(word, at);
    case CONFIG_YES: {
        unsigned choice;
        TRY(read_choice("no|yes|false|true", word, &choice));
        *(bool *)at = choice % 2 == 1;
        return STATUS_OK;
    }
    case CONFIG_WORD:
        return read_choice(setting->choices, word, at);
    case CONFIG_TEXT:
    case CONFIG_FILE:
    case CONFIG_SECRET:
    case CONFIG_COUNTRY:
    case CONFIG_CURRENCY:
    default:
        return put_text(setting, at, word, folder, boot);
    }
}

static void add_number(struct text *text, const struct unit *units, int64_t number)
{
    const struct unit *unit = units;
    while (unit[1].word != NULL && (number == 0 || number % unit->worth != 0))
        unit++;
    text_add_whole(text, number / unit->worth);
    text_add_string(text, unit->word);
}

static void add_range(struct text *text, const struct setting *setting, enum tongue tongue)
{
    const struct unit *units = units_of(setting->type);
    add_number(text, units, setting->least);
    text_add_string(text, tongue == TONGUE_ZH ? " 到 " : " to ");
    add_number(text, units, setting->most);
}

void text_add_wanted(struct text *text, const struct setting *setting, enum tongue tongue)
{
    static const struct saying SAYS[] = {
        [CONFIG_TEXT] = {{"a text", "文本"}},
        [CONFIG_FILE] = {{"a path", "路径"}},
        [CONFIG_SECRET] = {{"a path", "路径"}},
        [CONFIG_COUNTRY] = {{"a country code of 1 to 3 digits like 86", "1–3 位国家代码，如 86"}},
        [CONFIG_CURRENCY] = {{"three capital letters like CNY", "三个大写字母，如 CNY"}},
        [CONFIG_WHOLE] = {{"a whole number from ", "整数，范围 "}},
        [CONFIG_SIZE] = {{"a size like 64K or 8M, from ", "大小，如 64K、8M，范围 "}},
        [CONFIG_SPAN] = {{"a time like 20ms, 5s, 10m, 24h or 7d, from ",
                          "时间，如 20ms、5s、10m、24h、7d，范围 "}},
        [CONFIG_ZONE] = {{"an offset like +08:00", "偏移，如 +08:00"}},
        [CONFIG_YES] = {{"yes or no", "yes 或 no"}},
        [CONFIG_WORD] = {{"one of ", "其中之一："}},
    };
    text_add_string(text, SAYS[setting->type].in[tongue]);
    if (setting->type == CONFIG_WHOLE || setting->type == CONFIG_SIZE ||
        setting->type == CONFIG_SPAN)
        add_range(text, setting, tongue);
    for (const char *at = setting->type == CONFIG_WORD ? setting->choices : ""; *at != '\0'; at++)
        text_add_string(text, *at == '|' ? ", " : (char[]){*at, '\0'});
}

void text_add_value(struct text *text, const struct setting *setting, const void *base)
{
    const void *at = (const char *)base + setting->offset;
    switch (setting->type) {
    case CONFIG_WHOLE:
    case CONFIG_SIZE:
    case CONFIG_SPAN:
        add_number(text, units_of(setting->type), *(const int64_t *)at);
        return;
    case CONFIG_ZONE: {
        int32_t zone = *(const int32_t *)at;
        int32_t minutes = zone < 0 ? -zone : zone;
        text_addf(text, "%c%02d:%02d", zone < 0 ? '-' : '+', minutes / 60, minutes % 60);
        return;
    }
    case CONFIG_YES:
        text_add_string(text, *(const bool *)at ? "yes" : "no");
        return;
    case CONFIG_WORD: {
        const char *choice = setting->choices;
        for (unsigned i = *(const unsigned *)at; i != 0; i--)
            choice += strcspn(choice, "|") + 1;
        text_add(text, (struct slice){choice, strcspn(choice, "|")});
        return;
    }
    case CONFIG_TEXT:
    case CONFIG_FILE:
    case CONFIG_SECRET:
    case CONFIG_COUNTRY:
    case CONFIG_CURRENCY:
    default:
        text_add(text, *(const struct slice *)at);
    }
}
