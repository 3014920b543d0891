/* letters.c -- partners and their letters in a running service.
 *
 * What other rooms do with letters of their kinds they say with letters_plug(), before the outbox
 * is open.  One key file, keys/letter, is behind the pair that signs our letters and the secret
 * that seals them in the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "say.h"
#include "stopping.h"

enum { WHY_MAX = 2048 };

enum status partners_read(struct partner_list **out, const struct config *config,
                          struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct partner_said *said = NULL;
    TRY(ARENA_NEW(boot, config->partners_count + 1, &said));
    for (unsigned i = 0; i < config->partners_count; i++) {
        const struct config_partner *partner = &config->partners[i];
        said[i] = (struct partner_said){.id = partner->id,
                                        .name_en = partner->name_en,
                                        .name_zh = partner->name_zh,
                                        .kind = partner->kind,
                                        .organisation = partner->organisation,
                                        .way = partner->way,
                                        .url = partner->url,
                                        .folder = partner->folder,
                                        .key = partner->key,
                                        .next_key = partner->next_key,
                                        .line = partner->place.line};
    }
    const struct partner_list_said all = {config->path, config->letters_organisation, said,
                                          config->partners_count};
    return partner_list_make(out, &all, boot, why);
}

struct seal_keypair letters_pair(const struct secret *key)
{
    struct seal_seed seed;
    struct digest digest = secret_digest(key, "letters: seed", (struct slice){"", 0});
    memcpy(seed.bytes, digest.bytes, sizeof seed.bytes);
    struct seal_keypair pair = seal_keypair_of_seed(&seed);
    secret_wipe(&seed, sizeof seed);
    secret_wipe(&digest, sizeof digest);
    return pair;
}

void letters_plug(struct service *service, struct outbox_plug plug)
{
    must(service->outbox == NULL && service->plugs_count < LETTER_PLUGS_MAX);
    service->plug[service->plugs_count++] = plug;
}

/* A thread of the outbox: it tries again. */
static void letters_failed(void *self, enum status status)
{
    const struct service *service = self;
    LOG(&service->log, letters_failed, LOG_TEXT(status, slice_of(status_name(status))));
}

static enum exit_code complain_list(const struct service *service,
                                    const struct text why[TONGUES_COUNT])
{
    if (why[TONGUE_EN].size == 0)
        return say_no_memory(service->command);
    say_wrong("%s", why[service->command->tongue].at);
    return EXIT_INPUT;
}

static enum status outbox_make(struct service *service, struct text *why)
{
    struct digest digest =
        secret_digest(&service->access_keys.letter, "letters: sealed", (struct slice){"", 0});
    struct outbox_options options = {.store = service->store,
                                     .audit = service->audit,
                                     .list = service->partners,
                                     .way = service->ways,
                                     .keypair = &service->letter_pair,
                                     .chance = seal_chance_of_machine(),
                                     .clock = service->clock,
                                     .plug = service->plug,
                                     .plugs_count = service->plugs_count,
                                     .failed = letters_failed,
                                     .self = service};
    memcpy(options.key.bytes, digest.bytes, sizeof options.key.bytes);
    struct secret older;
    enum status status = access_key_old(&service->keyring, "letter", &older, why);
    if (status != STATUS_ABSENT)
        TRY(status);
    if (status == STATUS_OK) {
        digest = secret_digest(&older, "letters: sealed", (struct slice){"", 0});
        memcpy(options.older.bytes, digest.bytes, sizeof options.older.bytes);
        options.has_older = true;
        secret_wipe(&older, sizeof older);
    }
    TRY(outbox_open(&service->outbox, &options, service->boot, why));
    stopping_join(service->stopping, service->partners, service->outbox); /* no letter moves yet */
    return outbox_start(service->outbox);
}

/* DIR/letter.pub: what partners are to be given. */
static enum status key_show(const struct service *service)
{
    char path[PATH_MAX], bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_letter_key(&text, &service->letter_pair.key);
    text_add_char(&text, '\n');
    return folder_put(service_path(service, path, "letter.pub").at, text_slice(&text));
}

enum exit_code letters_open(struct service *service)
{
    static char bytes[TONGUES_COUNT][WHY_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_MAX), text_over(bytes[1], WHY_MAX)};
    if (service->config.partners_count == 0)
        return EXIT_DONE;
    if (partners_read(&service->partners, &service->config, service->boot, why) != STATUS_OK)
        return complain_list(service, why);
    enum status status =
        outbox_ways_of_machine(service->partners, service->boot, &service->ways, &why[TONGUE_EN]);
    service->letter_pair = letters_pair(&service->access_keys.letter);
    if (status == STATUS_OK)
        status = key_show(service);
    if (status == STATUS_OK)
        status = outbox_make(service, &why[TONGUE_EN]);
    if (status == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(service->command, "letters to partners: %s", "与合作单位的信函：%s",
             why[TONGUE_EN].size > 0 ? why[TONGUE_EN].at : status_meaning(status));
    return EXIT_FAILED;
}

void letters_close(struct service *service)
{
    outbox_close(service->outbox);
    if (service->ways != NULL)
        outbox_ways_release(service->partners, service->ways);
}
