/* keyring.c -- the keys of an installation: one file each, which nobody else may read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

static const char *const KEY_NAMES[] = {"seal", "pseudonym", "token", "totp", "alert", "letter"};

/* Keys from here on are younger than some installations: whoever only looks does without. */
enum { KEYS_OF_OLD = 4 };

enum { KEYS_COUNT = sizeof KEY_NAMES / sizeof KEY_NAMES[0] };

static enum status key_read(struct volume *keys, const char *name, struct secret *out,
                            struct text *why)
{
    struct volume_file file;
    unsigned char bytes[SECRET_SIZE + 1];
    size_t got = 0;
    TRY(keys->open(keys->self, name, false, &file));
    enum status status = keys->read(keys->self, file, 0, bytes, sizeof bytes, &got);
    keys->close(keys->self, file);
    TRY(status);
    if (got != SECRET_SIZE) {
        text_addf(why, "the key file \"%s\" has not %d bytes", name, SECRET_SIZE);
        return STATUS_REFUSED;
    }
    memcpy(out->bytes, bytes, SECRET_SIZE);
    secret_wipe(bytes, sizeof bytes);
    return STATUS_OK;
}

/* Under another name first, so that a key is there whole or not at all. */
static enum status key_make(struct volume *keys, const char *name, struct seal_chance chance,
                            struct secret *out)
{
    struct volume_file file;
    char making[VOLUME_NAME_MAX];
    struct text text = text_over(making, sizeof making);
    text_addf(&text, "%s.new", name);
    TRY(secret_draw(chance, out));
    TRY(keys->open(keys->self, making, true, &file));
    enum status status = keys->cut(keys->self, file, 0);
    if (status == STATUS_OK)
        status = keys->write(keys->self, file, 0, out->bytes, SECRET_SIZE);
    if (status == STATUS_OK)
        status = keys->sync(keys->self, file);
    keys->close(keys->self, file);
    if (status == STATUS_OK)
        status = keys->rename(keys->self, making, name);
    return status == STATUS_OK ? keys->sync_names(keys->self) : status;
}

enum status access_keys_open(struct volume *keys, bool create, struct seal_chance chance,
                             struct access_keys *out, struct text *why)
{
    struct secret secret[KEYS_COUNT];
    struct access_keys made = {0};
    for (unsigned i = 0; i < KEYS_COUNT; i++) {
        enum status status = key_read(keys, KEY_NAMES[i], &secret[i], why);
        if (status == STATUS_ABSENT && !create && i >= KEYS_OF_OLD) {
            secret[i] = (struct secret){{0}};
            continue;
        }
        if (status == STATUS_ABSENT && create)
            status = key_make(keys, KEY_NAMES[i], chance, &secret[i]);
        if (status != STATUS_OK) {
            if (why->size == 0)
                text_addf(why, "the key \"%s\" %s", KEY_NAMES[i],
                          status == STATUS_ABSENT ? "is not there" : "cannot be read or made");
            return status;
        }
    }
    struct seal_seed seed;
    memcpy(seed.bytes, secret[0].bytes, sizeof seed.bytes);
    made.seal = seal_keypair_of_seed(&seed);
    made.pseudonym = secret[1];
    made.token = secret[2];
    made.totp = secret[3];
    made.alert = secret[4];
    made.letter = secret[5];
    *out = made;
    secret_wipe(&seed, sizeof seed);
    secret_wipe(secret, sizeof secret);
    secret_wipe(&made, sizeof made);
    return STATUS_OK;
}
