/* config.c -- from the document to the settings.
 *
 *      listen:                   a section: its keys are settings
 *        port: 8470
 *      intake:
 *        tail:                   a list: each item has keys of its own
 *          - path: /var/log/asterisk/cdr-csv/Master.csv
 *      webhooks:
 *        - url: https://example.org/alerts
 *      partners:
 *        - {id: carrier-a, way: http, url: …, key: …}
 *
 * A key that nobody knows is an error with "did you mean": a setting that is spelled wrong and
 * silently the default is how a service comes to run open.
 *
 * Invariants:  1. Every setting has a value within its bounds, whatever the file says.
 *              2. config_parse() looks at the given bytes only. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_inside.h"

#include "ground/limits.h"

enum { KEYS_MAX = 32, SECTIONS_MAX = 32 };

struct reading {
    struct config *config;
    const struct outline *outline;
    struct arena *boot;
    struct slice folder; /* of the file */
    struct text *why;
};

static enum status put(const struct setting *setting, void *base, struct slice folder,
                       struct arena *boot)
{
    enum status status = setting_put(setting, base, slice_of(setting->fallback), folder, boot);
    must(status != STATUS_MALFORMED); /* the defaults of the table are values */
    return status;
}

enum status config_default(struct config *out, struct arena *boot)
{
    *out = (struct config){.path = SLICE("")};
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++)
        TRY(put(&SETTINGS[i], out, SLICE(""), boot));
    return STATUS_OK;
}

/* ---- one value ---- */

static enum status complain_value(const struct reading *reading, outline_node node,
                                  const struct setting *setting)
{
    struct text *why = reading->why;
    (void)outline_complain(reading->outline, node,
                           SAYING("`%` is no value for `", "`%` 不能作为 `"));
    for (int i = 0; i < TONGUES_COUNT; i++)
        text_add_string(&why[i], setting->key);
    text_add_string(&why[TONGUE_EN], "`: it takes ");
    text_add_string(&why[TONGUE_ZH], "` 的值；应为");
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
        text_add_wanted(&why[tongue], setting, tongue);
    return STATUS_MALFORMED;
}

static enum status take_value(const struct reading *reading, const struct setting *setting,
                              void *base, outline_node node)
{
    struct slice word = SLICE("");
    if (outline_type(reading->outline, node) != OUTLINE_NOTHING) {
        TRY(outline_want(reading->outline, node, OUTLINE_TEXT));
        word = outline_text(reading->outline, node);
    }
    enum status status = setting_put(setting, base, word, reading->folder, reading->boot);
    return status == STATUS_MALFORMED ? complain_value(reading, node, setting) : status;
}

static struct config_place place_of(const struct reading *reading, outline_node node)
{
    struct config_place place;
    outline_place(reading->outline, node, &place.line, &place.column);
    return place;
}

/* ---- lists of items ---- */

static enum status take_item(const struct reading *reading, const struct setting *keys,
                             unsigned keys_count, void *base, outline_node item)
{
    const struct outline *outline = reading->outline;
    bool given[KEYS_MAX] = {false};
    struct slice known[KEYS_MAX];
    must(keys_count <= KEYS_MAX);
    for (unsigned i = 0; i < keys_count; i++)
        known[i] = slice_of(keys[i].key);
    TRY(outline_want(outline, item, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, item); i++) {
        outline_node key = outline_key(outline, item, i);
        unsigned at = 0;
        while (at < keys_count && !slice_equal(outline_text(outline, key), known[at]))
            at++;
        if (at == keys_count)
            return outline_unknown(outline, key, SAYING("there is no key `%`", "没有键 `%`"), known,
                                   keys_count);
        given[at] = true;
        TRY(take_value(reading, &keys[at], base, outline_value(outline, item, i)));
    }
    for (unsigned i = 0; i < keys_count; i++) {
        if (given[i])
            continue;
        if (keys[i].fallback != NULL) {
            TRY(put(&keys[i], base, reading->folder, reading->boot));
            continue;
        }
        (void)outline_complain(outline, item, SAYING("the key `", "此处缺少键 `"));
        text_addf(&reading->why[TONGUE_EN], "%s` is missing here", keys[i].key);
        text_addf(&reading->why[TONGUE_ZH], "%s`", keys[i].key);
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

static enum status check_count(const struct reading *reading, outline_node list, unsigned most)
{
    TRY(outline_want(reading->outline, list, OUTLINE_LIST));
    if (outline_count(reading->outline, list) <= most)
        return STATUS_OK;
    return outline_complain(reading->outline, list, SAYING("the list is too long", "列表过长"));
}

static enum status take_tails(const struct reading *reading, outline_node list)
{
    struct config *config = reading->config;
    if (outline_type(reading->outline, list) == OUTLINE_NOTHING)
        return STATUS_OK;
    TRY(check_count(reading, list, TAILS_MAX));
    config->tails_count = outline_count(reading->outline, list);
    TRY(ARENA_NEW(reading->boot, config->tails_count, &config->tails));
    for (unsigned i = 0; i < config->tails_count; i++) {
        outline_node item = outline_item(reading->outline, list, i);
        config->tails[i].place = place_of(reading, item);
        TRY(take_item(reading, TAILS, TAILS_KEYS_COUNT, &config->tails[i], item));
    }
    return STATUS_OK;
}

static bool starts_loopback(struct slice rest)
{
    return slice_starts(rest, SLICE("127.0.0.1")) || slice_starts(rest, SLICE("[::1]")) ||
           slice_starts(rest, SLICE("localhost"));
}

static enum status check_url(const struct reading *reading, struct slice url, outline_node item)
{
    struct slice behind = {url.at + 7, url.size > 7 ? url.size - 7 : 0};
    bool plain = slice_starts(url, SLICE("http://"));
    if (slice_starts(url, SLICE("https://")) || (plain && starts_loopback(behind)))
        return STATUS_OK;
    return outline_complain(reading->outline, item,
                            SAYING("a receiver's url begins with https://, or names this machine",
                                   "接收方的 url 须以 https:// 开头，或指向本机"));
}

static enum status take_webhooks(const struct reading *reading, outline_node list)
{
    struct config *config = reading->config;
    if (outline_type(reading->outline, list) == OUTLINE_NOTHING)
        return STATUS_OK;
    TRY(check_count(reading, list, WEBHOOKS_MAX));
    config->webhooks_count = outline_count(reading->outline, list);
    TRY(ARENA_NEW(reading->boot, config->webhooks_count, &config->webhooks));
    for (unsigned i = 0; i < config->webhooks_count; i++) {
        outline_node item = outline_item(reading->outline, list, i);
        config->webhooks[i].place = place_of(reading, item);
        TRY(take_item(reading, WEBHOOKS, WEBHOOKS_KEYS_COUNT, &config->webhooks[i], item));
        TRY(check_url(reading, config->webhooks[i].url, item));
    }
    return STATUS_OK;
}

static enum status take_partners(const struct reading *reading, outline_node list)
{
    struct config *config = reading->config;
    if (outline_type(reading->outline, list) == OUTLINE_NOTHING)
        return STATUS_OK;
    TRY(check_count(reading, list, PARTNERS_MAX));
    config->partners_count = outline_count(reading->outline, list);
    TRY(ARENA_NEW(reading->boot, config->partners_count, &config->partners));
    for (unsigned i = 0; i < config->partners_count; i++) {
        outline_node item = outline_item(reading->outline, list, i);
        struct config_partner *partner = &config->partners[i];
        partner->place = place_of(reading, item);
        TRY(take_item(reading, PARTNERS, PARTNERS_KEYS_COUNT, partner, item));
        if (partner->url.size > 0)
            TRY(check_url(reading, partner->url, item));
    }
    return STATUS_OK;
}

/* ---- sections ---- */

/* The keys of a section: those of the table, and `tail` of `intake`. */
static unsigned keys_of(struct slice section, struct slice known[KEYS_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++)
        if (slice_equal(section, slice_of(SETTINGS[i].section)))
            known[count++] = slice_of(SETTINGS[i].key);
    if (slice_equal(section, SLICE("intake")))
        known[count++] = SLICE("tail");
    return count;
}

static enum status take_key(const struct reading *reading, struct slice section, outline_node key,
                            outline_node value)
{
    struct slice word = outline_text(reading->outline, key);
    if (slice_equal(section, SLICE("intake")) && slice_equal(word, SLICE("tail")))
        return take_tails(reading, value);
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
        if (!slice_equal(section, slice_of(SETTINGS[i].section)) ||
            !slice_equal(word, slice_of(SETTINGS[i].key)))
            continue;
        reading->config->place[i] = place_of(reading, value);
        return take_value(reading, &SETTINGS[i], reading->config, value);
    }
    struct slice known[KEYS_MAX];
    unsigned count = keys_of(section, known);
    return outline_unknown(reading->outline, key, SAYING("there is no setting `%`", "没有设置 `%`"),
                           known, count);
}

static unsigned sections_of(struct slice known[SECTIONS_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++)
        if (i == 0 || strcmp(SETTINGS[i].section, SETTINGS[i - 1].section) != 0)
            known[count++] = slice_of(SETTINGS[i].section);
    known[count++] = SLICE("intake");
    known[count++] = SLICE("webhooks");
    known[count++] = SLICE("partners");
    must(count <= SECTIONS_MAX);
    return count;
}

static enum status take_section(const struct reading *reading, outline_node name,
                                outline_node section)
{
    const struct outline *outline = reading->outline;
    struct slice word = outline_text(outline, name);
    struct slice known[SECTIONS_MAX];
    unsigned count = sections_of(known);
    unsigned at = 0;
    while (at < count && !slice_equal(word, known[at]))
        at++;
    if (at == count)
        return outline_unknown(outline, name, SAYING("there is no section `%`", "没有配置段 `%`"),
                               known, count);
    if (slice_equal(word, SLICE("webhooks")))
        return take_webhooks(reading, section);
    if (slice_equal(word, SLICE("partners")))
        return take_partners(reading, section);
    if (outline_type(outline, section) == OUTLINE_NOTHING)
        return STATUS_OK;
    TRY(outline_want(outline, section, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, section); i++)
        TRY(take_key(reading, word, outline_key(outline, section, i),
                     outline_value(outline, section, i)));
    return STATUS_OK;
}

/* A complaint about a setting, wherever it stands. */
static enum status complain_setting(const struct reading *reading, enum config_setting at,
                                    struct saying says)
{
    struct config_place place = reading->config->place[at];
    for (int i = 0; i < TONGUES_COUNT; i++) {
        text_addf(&reading->why[i], "%s:%u:%u: ", reading->outline->path, place.line, place.column);
        text_add_string(&reading->why[i], says.in[i]);
    }
    return STATUS_MALFORMED;
}

static bool is_loopback(struct slice address)
{
    return slice_starts(address, SLICE("127.")) || slice_equal(address, SLICE("::1")) ||
           slice_equal(address, SLICE("localhost"));
}

/* What cannot stand together. */
static enum status check_whole(const struct reading *reading)
{
    const struct config *config = reading->config;
    bool key = config->listen_key.size != 0;
    bool certificate = config->listen_certificate.size != 0;
    if (key != certificate)
        return complain_setting(reading, key ? CONFIG_AT_listen_key : CONFIG_AT_listen_certificate,
                                SAYING("`listen.certificate` and `listen.key` belong together",
                                       "`listen.certificate` 与 `listen.key` 须同时给出"));
    if (is_loopback(config->listen_address) || certificate || config->listen_plain)
        return STATUS_OK;
    return complain_setting(
        reading, CONFIG_AT_listen_address,
        SAYING("this address can be reached from outside, and there is no certificate; give "
               "`listen.certificate` and `listen.key`, or say `listen.plain: yes`",
               "该地址可从外部访问而没有证书；请给出 `listen.certificate` 和 `listen.key`，"
               "或设 `listen.plain: yes`"));
}

static enum status take_document(const struct reading *reading)
{
    const struct outline *outline = reading->outline;
    outline_node root = outline_root(outline);
    TRY(outline_want(outline, root, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, root); i++)
        TRY(take_section(reading, outline_key(outline, root, i), outline_value(outline, root, i)));
    return check_whole(reading);
}

/* A file of blank lines and comments is a file that changes nothing. */
static bool says_nothing(struct slice text)
{
    bool comment = false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        comment = c == '\n' ? false : comment || c == '#';
        if (!comment && c != '\n' && c != '\r' && c != ' ' && c != '\t')
            return false;
    }
    return true;
}

enum status config_parse(struct config *out, const char *path, struct slice text,
                         struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct config config;
    struct outline outline;
    TRY(config_default(&config, boot));
    TRY(slice_copy(boot, slice_of(path), &config.path));
    if (says_nothing(text)) {
        *out = config;
        return STATUS_OK;
    }
    TRY(outline_open(&outline, path, text, boot, why));
    const char *slash = strrchr(path, '/');
    struct reading reading = {
        .config = &config,
        .outline = &outline,
        .boot = boot,
        .folder = {path, slash == NULL   ? 0
                         : slash == path ? 1
                                         : (size_t)(slash - path)},
        .why = why,
    };
    enum status status = take_document(&reading);
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = config;
    return status;
}

/* ---- the files that it names ---- */

static void add_path(struct text why[TONGUES_COUNT], struct slice path)
{
    for (int i = 0; i < TONGUES_COUNT; i++) {
        text_add(&why[i], path);
        text_add_string(&why[i], ": ");
    }
}

static enum status check_secret(struct slice path, struct text why[TONGUES_COUNT])
{
    if (path.size == 0)
        return STATUS_OK;
    enum disk_fault fault;
    struct disk_about about;
    enum status status = disk_about(path.at, &about, &fault);
    if (status == STATUS_OK && about.private)
        return STATUS_OK;
    add_path(why, path);
    if (status != STATUS_OK) {
        bool missing = fault == DISK_MISSING;
        text_add_string(&why[TONGUE_EN], missing ? "there is no such file" : "cannot be read");
        text_add_string(&why[TONGUE_ZH], missing ? "没有这个文件" : "无法读取");
        return STATUS_IO;
    }
    text_add_string(&why[TONGUE_EN], "is a secret, and others may read it; `chmod 600` the file");
    text_add_string(&why[TONGUE_ZH], "是机密文件，但他人可读；请对其执行 `chmod 600`");
    return STATUS_REFUSED;
}

static enum status check_secrets(const struct setting *settings, unsigned count, const void *base,
                                 struct text why[TONGUES_COUNT])
{
    for (unsigned i = 0; i < count; i++)
        if (settings[i].type == CONFIG_SECRET)
            TRY(check_secret(*(const struct slice *)((const char *)base + settings[i].offset),
                             why));
    return STATUS_OK;
}

enum status config_read(struct config *out, const char *path, struct arena *boot,
                        struct text why[TONGUES_COUNT])
{
    struct config config;
    struct slice text;
    enum disk_fault fault = DISK_FINE;
    enum status status = disk_read_all(path, OUTLINE_BYTES_MAX, boot, &text, &fault);
    if (status != STATUS_OK) {
        bool missing = fault == DISK_MISSING;
        add_path(why, slice_of(path));
        text_add_string(&why[TONGUE_EN], status == STATUS_FULL ? "is larger than 64 KiB"
                                         : missing             ? "there is no such file"
                                                               : "cannot be read");
        text_add_string(&why[TONGUE_ZH], status == STATUS_FULL ? "超过 64 KiB"
                                         : missing             ? "没有这个文件"
                                                               : "无法读取");
        return STATUS_IO;
    }
    TRY(config_parse(&config, path, text, boot, why));
    TRY(check_secrets(SETTINGS, CONFIG_SETTINGS_COUNT, &config, why));
    for (unsigned i = 0; i < config.webhooks_count; i++)
        TRY(check_secrets(WEBHOOKS, WEBHOOKS_KEYS_COUNT, &config.webhooks[i], why));
    *out = config;
    return STATUS_OK;
}
