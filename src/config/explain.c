/* explain.c -- what is set, where it comes from, and a file to begin with.
 *
 * All of it is written from the tables of value.c, so a setting that exists is explained. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_inside.h"

static void add_from(struct text *text, const struct config *config, struct config_place place,
                     enum tongue tongue)
{
    if (place.line == 0)
        text_add_string(text, tongue == TONGUE_ZH ? "默认值" : "default");
    else
        text_addf(text, "%s:%u:%u", config->path.at, place.line, place.column);
}

static void pad(struct text *text, size_t from, size_t columns)
{
    size_t width = utf8_columns((struct slice){text->at + from, text->size - from});
    for (; width < columns; width++)
        text_add_char(text, ' ');
}

static void add_line(struct text *text, const struct config *config, const char *name,
                     const struct setting *setting, const void *base, struct config_place place,
                     enum tongue tongue)
{
    size_t start = text->size;
    text_addf(text, "%s.%s ", name, setting->key);
    pad(text, start, 34);
    size_t value = text->size;
    text_add_value(text, setting, base);
    text_add_char(text, ' ');
    pad(text, value, 20);
    value = text->size;
    add_from(text, config, place, tongue);
    text_add_char(text, ' ');
    pad(text, value, 24);
    text_add_string(text, setting->says.in[tongue]);
    text_add_char(text, '\n');
}

void text_add_config(struct text *text, const struct config *config, enum tongue tongue)
{
    char name[32];
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++)
        add_line(text, config, SETTINGS[i].section, &SETTINGS[i], config, config->place[i], tongue);
    for (unsigned i = 0; i < config->tails_count; i++) {
        struct text of = text_over(name, sizeof name);
        text_addf(&of, "intake.tail[%u]", i);
        for (unsigned j = 0; j < TAILS_KEYS_COUNT; j++)
            add_line(text, config, name, &TAILS[j], &config->tails[i], config->tails[i].place,
                     tongue);
    }
    for (unsigned i = 0; i < config->webhooks_count; i++) {
        struct text of = text_over(name, sizeof name);
        text_addf(&of, "webhooks[%u]", i);
        for (unsigned j = 0; j < WEBHOOKS_KEYS_COUNT; j++)
            add_line(text, config, name, &WEBHOOKS[j], &config->webhooks[i],
                     config->webhooks[i].place, tongue);
    }
    for (unsigned i = 0; i < config->partners_count; i++) {
        struct text of = text_over(name, sizeof name);
        text_addf(&of, "partners[%u]", i);
        for (unsigned j = 0; j < PARTNERS_KEYS_COUNT; j++)
            add_line(text, config, name, &PARTNERS[j], &config->partners[i],
                     config->partners[i].place, tongue);
    }
}

static void add_member(struct text *text, const struct config *config, const char *name,
                       const struct setting *setting, const void *base, struct config_place place)
{
    char bytes[4096];
    struct text value = text_over(bytes, sizeof bytes);
    text_add_value(&value, setting, base);
    text_addf(text, "%s\n  \"%s.%s\": {\"value\": ", text->at[text->size - 1] == '{' ? "" : ",",
              name, setting->key);
    bool bare = setting->type == CONFIG_WHOLE;
    if (setting->type == CONFIG_YES)
        text_add_string(text, value.size == 3 ? "true" : "false");
    else if (bare)
        text_add(text, text_slice(&value));
    else
        text_add_json(text, text_slice(&value));
    char from[4096];
    struct text origin = text_over(from, sizeof from);
    add_from(&origin, config, place, TONGUE_EN);
    text_add_string(text, ", \"from\": ");
    text_add_json(text, text_slice(&origin));
    text_add_char(text, '}');
}

void text_add_config_json(struct text *text, const struct config *config)
{
    char name[32];
    text_add_char(text, '{');
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++)
        add_member(text, config, SETTINGS[i].section, &SETTINGS[i], config, config->place[i]);
    for (unsigned i = 0; i < config->tails_count; i++) {
        struct text of = text_over(name, sizeof name);
        text_addf(&of, "intake.tail[%u]", i);
        for (unsigned j = 0; j < TAILS_KEYS_COUNT; j++)
            add_member(text, config, name, &TAILS[j], &config->tails[i], config->tails[i].place);
    }
    for (unsigned i = 0; i < config->webhooks_count; i++) {
        struct text of = text_over(name, sizeof name);
        text_addf(&of, "webhooks[%u]", i);
        for (unsigned j = 0; j < WEBHOOKS_KEYS_COUNT; j++)
            add_member(text, config, name, &WEBHOOKS[j], &config->webhooks[i],
                       config->webhooks[i].place);
    }
    for (unsigned i = 0; i < config->partners_count; i++) {
        struct text of = text_over(name, sizeof name);
        text_addf(&of, "partners[%u]", i);
        for (unsigned j = 0; j < PARTNERS_KEYS_COUNT; j++)
            add_member(text, config, name, &PARTNERS[j], &config->partners[i],
                       config->partners[i].place);
    }
    text_add_string(text, "\n}\n");
}

/* ---- a file to begin with ---- */

static void add_example_key(struct text *text, const struct setting *setting, const char *before,
                            enum tongue tongue)
{
    bool quoted = setting->type == CONFIG_ZONE || setting->type == CONFIG_COUNTRY;
    const char *value = setting->fallback == NULL ? "" : setting->fallback;
    text_addf(text, "#%s# %s\n", before, setting->says.in[tongue]);
    text_addf(text, "#%s%s: %s%s%s\n", before, setting->key, quoted ? "\"" : "", value,
              quoted ? "\"" : "");
}

static void add_example_items(struct text *text, const struct setting *keys, unsigned count,
                              const char *before, enum tongue tongue)
{
    text_addf(text, "#%s-\n", before);
    char deeper[16];
    struct text indent = text_over(deeper, sizeof deeper);
    text_addf(&indent, "%s  ", before);
    for (unsigned i = 0; i < count; i++)
        add_example_key(text, &keys[i], deeper, tongue);
}

void text_add_config_example(struct text *text, enum tongue tongue)
{
    text_add_string(text, tongue == TONGUE_ZH
                              ? "# cutline.yaml：所有设置及其默认值；去掉行首的 # 即可修改。\n"
                              : "# cutline.yaml: every setting with its default; take the # away "
                                "to change one.\n");
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
        if (i == 0 || strcmp(SETTINGS[i].section, SETTINGS[i - 1].section) != 0)
            text_addf(text, "\n#%s:\n", SETTINGS[i].section);
        add_example_key(text, &SETTINGS[i], "  ", tongue);
    }
    text_add_string(text, "\n#intake:\n#  tail:\n");
    add_example_items(text, TAILS, TAILS_KEYS_COUNT, "    ", tongue);
    text_add_string(text, "\n#webhooks:\n");
    add_example_items(text, WEBHOOKS, WEBHOOKS_KEYS_COUNT, "  ", tongue);
    text_add_string(text, "\n#partners:\n");
    add_example_items(text, PARTNERS, PARTNERS_KEYS_COUNT, "  ", tongue);
}

/* ---- the page ---- */

static void add_row(struct text *text, const char *name, const struct setting *setting)
{
    text_addf(text, "| `%s%s%s` | ", name, name[0] == '\0' ? "" : ".", setting->key);
    if (setting->fallback == NULL)
        text_add_string(text, "must be given");
    else if (setting->fallback[0] == '\0')
        text_add_string(text, "empty");
    else
        text_addf(text, "`%s`", setting->fallback);
    text_add_string(text, " | ");
    text_add_wanted(text, setting, TONGUE_EN);
    text_addf(text, " | %s | %s |\n", setting->says.in[TONGUE_EN], setting->says.in[TONGUE_ZH]);
}

static void add_table(struct text *text, const char *title)
{
    text_addf(text,
              "\n### %s\n\n| setting | default | takes | meaning | 含义 |\n"
              "|---|---|---|---|---|\n",
              title);
}

void text_add_config_page(struct text *text)
{
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
        if (i == 0 || strcmp(SETTINGS[i].section, SETTINGS[i - 1].section) != 0)
            add_table(text, SETTINGS[i].section);
        add_row(text, SETTINGS[i].section, &SETTINGS[i]);
    }
    add_table(text, "intake.tail, a list");
    for (unsigned i = 0; i < TAILS_KEYS_COUNT; i++)
        add_row(text, "", &TAILS[i]);
    add_table(text, "webhooks, a list");
    for (unsigned i = 0; i < WEBHOOKS_KEYS_COUNT; i++)
        add_row(text, "", &WEBHOOKS[i]);
    add_table(text, "partners, a list");
    for (unsigned i = 0; i < PARTNERS_KEYS_COUNT; i++)
        add_row(text, "", &PARTNERS[i]);
}
