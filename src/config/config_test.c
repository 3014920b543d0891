/* config_test.c -- settings are found, bounded, placed and explained; mistakes are named. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_inside.h"

#include "ground/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct arena *boot;
static char en[4096], zh[4096];
static struct text why[TONGUES_COUNT];
static char shown[256 * 1024];

static int make_boot(void **state)
{
    (void)state;
    return arena_create(&boot, 64 << 20) != STATUS_OK;
}

static int drop_boot(void **state)
{
    (void)state;
    arena_destroy(boot);
    return 0;
}

static enum status parse(struct config *config, const char *text)
{
    why[TONGUE_EN] = text_over(en, sizeof en);
    why[TONGUE_ZH] = text_over(zh, sizeof zh);
    return config_parse(config, "/etc/cutline.yaml", slice_of(text), boot, why);
}

static void without_a_word_everything_is_its_default(void **state)
{
    (void)state;
    struct config config;
    assert_int_equal(parse(&config, "# nothing\n\n"), STATUS_OK);
    assert_string_equal(config.listen_address.at, "127.0.0.1");
    assert_int_equal(config.listen_port, 8470);
    assert_int_equal(config.ingest_commit_wait, 1);
    assert_int_equal(config.journal_segment, 256 << 20);
    assert_int_equal(config.home_zone, 480);
    assert_false(config.listen_plain);
    assert_int_equal(config.tails_count, 0);
    for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++)
        assert_int_equal(config.place[i].line, 0);
}

static void what_the_file_says_is_taken_with_its_place(void **state)
{
    (void)state;
    struct config config;
    assert_int_equal(parse(&config,
                           "listen:\n  port: 0\n  key: tls/key.pem\n  certificate: /c.pem\n"
                           "home: {zone: \"-03:30\", country: 1}\nlog:\n  level: detail\n"
                           "intake:\n  tail:\n  - {path: cdr.csv, format: asterisk}\n"
                           "  - path: /x\n    poll: 250ms\n"
                           "webhooks:\n- {url: \"https://a.example/\", secret: s}\n"
                           "partners:\n- id: carrier-a\n  key: AbC+/xyz=\n  way: folder\n"
                           "  folder: a\n- {id: b, key: k, url: \"http://[::1]:1/\"}\n"),
                     STATUS_OK);
    assert_int_equal(config.listen_port, 0);
    assert_string_equal(config.listen_key.at, "/etc/tls/key.pem");
    assert_string_equal(config.listen_certificate.at, "/c.pem");
    assert_int_equal(config.home_zone, -210);
    assert_int_equal(config.log_level, 3);
    assert_int_equal(config.tails_count, 2);
    assert_string_equal(config.tails[0].path.at, "/etc/cdr.csv");
    assert_string_equal(config.tails[0].format.at, "asterisk");
    assert_int_equal(config.tails[0].poll, 1000);
    assert_int_equal(config.tails[1].poll, 250);
    assert_int_equal(config.tails[1].place.line, 11);
    assert_int_equal(config.webhooks_count, 1);
    assert_string_equal(config.webhooks[0].secret.at, "/etc/s");
    assert_int_equal(config.partners_count, 2);
    assert_string_equal(config.partners[0].key.at, "AbC+/xyz=");
    assert_string_equal(config.partners[0].folder.at, "/etc/a");
    assert_string_equal(config.partners[1].way.at, "fetch");
    assert_int_equal(config.partners[1].place.line, 20);
    assert_int_equal(config.place[CONFIG_AT_listen_port].line, 2);
    assert_int_equal(config.place[CONFIG_AT_listen_port].column, 9);
}

static const struct {
    const char *text, *en, *zh;
} MISTAKES[] = {
    {"listen:\n  prot: 1\n",
     "/etc/cutline.yaml:2:3: there is no setting `prot`; did you mean `port`?", "没有设置 `prot`"},
    {"lissen: {}\n", "/etc/cutline.yaml:1:1: there is no section `lissen`; did you mean `listen`?",
     "没有配置段"},
    {"listen:\n  port: 70000\n",
     "/etc/cutline.yaml:2:9: `70000` is no value for `port`: it takes a whole number from 0 to "
     "65535",
     "不能作为 `port` 的值；应为整数，范围 0 到 65535"},
    {"ingest:\n  body: 8X\n", "it takes a size like 64K or 8M, from 64K to 16M", "范围 64K 到 16M"},
    {"log:\n  level: loud\n", "it takes one of error, warning, info, detail", "其中之一"},
    {"listen:\n  address: 0.0.0.0\n",
     "/etc/cutline.yaml:2:12: this address can be reached from outside", "可从外部访问"},
    {"listen:\n  key: k\n", "/etc/cutline.yaml:2:8: `listen.certificate` and `listen.key` belong",
     "须同时给出"},
    {"intake:\n  tail:\n  - kind: call\n", "/etc/cutline.yaml:3:5: the key `path` is missing here",
     "此处缺少键 `path`"},
    {"webhooks:\n- {url: \"http://a.example\", secret: s}\n", "begins with https://", "https://"},
    {"partners:\n- {id: a, key: k, url: \"http://a.example\"}\n", "begins with https://",
     "https://"},
    {"partners:\n- {id: a}\n", "/etc/cutline.yaml:2:3: the key `key` is missing here",
     "此处缺少键"},
    {"listen: 3\n", "`key: value` lines are wanted", "键"},
    {"a: [\n", "is not YAML", "不是有效的 YAML"},
    {"listen: {port: 1}\nlisten: {port: 2}\n", "is there twice", "重复"},
};

static void a_mistake_is_told_with_its_place_in_both_tongues(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MISTAKES / sizeof MISTAKES[0]; i++) {
        struct config config = {.listen_port = -7};
        assert_int_equal(parse(&config, MISTAKES[i].text), STATUS_MALFORMED);
        if (strstr(en, MISTAKES[i].en) == NULL)
            fail_msg("%s", en);
        if (strstr(zh, MISTAKES[i].zh) == NULL)
            fail_msg("%s", zh);
        assert_int_equal(config.listen_port, -7); /* untouched */
    }
}

static void an_open_address_needs_a_certificate_or_a_word(void **state)
{
    (void)state;
    struct config config;
    assert_int_equal(parse(&config, "listen: {address: \"::1\"}\n"), STATUS_OK);
    assert_int_equal(parse(&config, "listen: {address: 10.0.0.1, plain: yes}\n"), STATUS_OK);
    assert_int_equal(parse(&config, "listen: {address: 10.0.0.1, certificate: c, key: k}\n"),
                     STATUS_OK);
}

static void a_secret_that_others_may_read_is_refused(void **state)
{
    (void)state;
    char place[] = "/tmp/config-test-XXXXXX";
    char file[64], secret[64];
    struct config config;
    assert_non_null(mkdtemp(place));
    struct text path = text_over(file, sizeof file);
    text_addf(&path, "%s/c.yaml", place);
    path = text_over(secret, sizeof secret);
    text_addf(&path, "%s/s", place);
    assert_int_equal(folder_put(file, SLICE("webhooks: [{url: \"https://a\", secret: s}]\n")),
                     STATUS_OK);
    why[TONGUE_EN] = text_over(en, sizeof en);
    why[TONGUE_ZH] = text_over(zh, sizeof zh);
    assert_int_equal(config_read(&config, file, boot, why), STATUS_IO);
    assert_non_null(strstr(en, "no such file"));
    assert_int_equal(folder_put(secret, SLICE("key\n")), STATUS_OK);
    assert_int_equal(config_read(&config, file, boot, why), STATUS_OK);
    assert_int_equal(chmod(secret, 0644), 0);
    assert_int_equal(config_read(&config, file, boot, why), STATUS_REFUSED);
    assert_non_null(strstr(en, "others may read it"));
    assert_int_equal(folder_remove(place), STATUS_OK);
}

static void every_setting_is_explained_with_where_it_comes_from(void **state)
{
    (void)state;
    struct config config;
    assert_int_equal(parse(&config, "ingest:\n  body: 1M\nintake: {tail: [{path: a}]}\n"),
                     STATUS_OK);
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct text text = text_over(shown, sizeof shown);
        text_add_config(&text, &config, tongue);
        assert_false(text.full);
        for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
            assert_non_null(strstr(shown, SETTINGS[i].key));
            assert_non_null(strstr(shown, SETTINGS[i].says.in[tongue]));
        }
        assert_non_null(strstr(shown, "/etc/cutline.yaml:2:9"));
        assert_non_null(strstr(shown, "intake.tail[0].path"));
    }
    struct text text = text_over(shown, sizeof shown);
    text_add_config_json(&text, &config);
    assert_non_null(strstr(shown, "\"ingest.body\": {\"value\": \"1M\", "
                                  "\"from\": \"/etc/cutline.yaml:2:9\"}"));
    assert_non_null(strstr(shown, "\"listen.port\": {\"value\": 8470, \"from\": \"default\"}"));
}

/* Takes the `#` of every line away: all defaults, said aloud. */
static void the_example_with_its_marks_taken_away_is_the_defaults(void **state)
{
    (void)state;
    static char bare[256 * 1024];
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct config config, other;
        struct text text = text_over(shown, sizeof shown);
        text_add_config_example(&text, tongue);
        assert_false(text.full);
        assert_int_equal(parse(&config, shown), STATUS_OK);
        char *lists = strstr(shown, "\n#intake:");
        assert_non_null(lists);
        *lists = '\0';
        size_t size = 0;
        bool begins = true;
        for (const char *at = strchr(shown, '\n'); *at != '\0'; at++) {
            if (!begins || *at != '#')
                bare[size++] = *at;
            begins = *at == '\n';
        }
        bare[size] = '\0';
        assert_int_equal(parse(&other, bare), STATUS_OK);
        for (unsigned i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
            char one[256], two[256];
            struct text a = text_over(one, sizeof one);
            struct text b = text_over(two, sizeof two);
            text_add_value(&a, &SETTINGS[i], &config);
            text_add_value(&b, &SETTINGS[i], &other);
            assert_string_equal(one, two);
            assert_int_not_equal(other.place[i].line, 0);
        }
    }
}

static void the_page_has_the_tables(void **state)
{
    (void)state;
    struct slice page;
    enum disk_fault fault;
    assert_int_equal(disk_read_all(PAGE, 1 << 20, boot, &page, &fault), STATUS_OK);
    struct text text = text_over(shown, sizeof shown);
    text_add_config_page(&text);
    assert_false(text.full);
    if (strstr(page.at, shown) == NULL)
        fail_msg("docs/config.md is old; its tables should be:\n%s", shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_word_everything_is_its_default),
        cmocka_unit_test(what_the_file_says_is_taken_with_its_place),
        cmocka_unit_test(a_mistake_is_told_with_its_place_in_both_tongues),
        cmocka_unit_test(an_open_address_needs_a_certificate_or_a_word),
        cmocka_unit_test(a_secret_that_others_may_read_is_refused),
        cmocka_unit_test(every_setting_is_explained_with_where_it_comes_from),
        cmocka_unit_test(the_example_with_its_marks_taken_away_is_the_defaults),
        cmocka_unit_test(the_page_has_the_tables),
    };
    return cmocka_run_group_tests(tests, make_boot, drop_boot);
}
