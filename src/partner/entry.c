/* entry.c -- what every file of the outbox does with a letter: whose it is, sealed, told apart, and
 * written into the log.
 *
 * Invariants:  1. An entry of the log has ids, kinds and partners, and nothing of a body.
 *              2. What is sealed here only the holder of the key reads, also in a stolen copy. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/outbox_inside.h"

bool outbox_kind_belongs(struct slice kind, struct slice kinds)
{
    return slice_starts(kind, kinds) && (kind.size == kinds.size || kind.at[kinds.size] == '.');
}

const struct outbox_plug *outbox_plug_find(const struct outbox *outbox, struct slice kind)
{
    for (unsigned i = 0; i < outbox->options.plugs_count; i++)
        if (outbox_kind_belongs(kind, outbox->options.plug[i].kinds))
            return &outbox->options.plug[i];
    return NULL;
}

void outbox_poke(struct outbox *outbox, const struct partner *partner)
{
    (void)pthread_mutex_lock(&outbox->lock);
    outbox->lane[partner->index].poked = true;
    (void)pthread_cond_signal(&outbox->stir);
    (void)pthread_mutex_unlock(&outbox->lock);
}

enum status outbox_seal(const struct outbox *outbox, struct slice envelope, struct arena *request,
                        struct slice *out)
{
    unsigned char *sealed = NULL;
    TRY(ARENA_NEW(request, envelope.size + SECRET_OVERHEAD, &sealed));
    TRY(secret_seal(&outbox->options.key, outbox->options.chance, envelope, sealed));
    *out = (struct slice){(const char *)sealed, envelope.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

enum status outbox_unseal(const struct outbox *outbox, struct slice sealed, struct arena *request,
                          struct slice *out)
{
    unsigned char *envelope = NULL;
    if (sealed.size <= SECRET_OVERHEAD)
        return STATUS_MALFORMED;
    TRY(ARENA_NEW(request, sealed.size - SECRET_OVERHEAD + 1, &envelope));
    enum status status = secret_open(&outbox->options.key, sealed, envelope);
    if (status != STATUS_OK && outbox->options.has_older)
        status = secret_open(&outbox->options.older, sealed, envelope);
    TRY(status);
    *out = (struct slice){(const char *)envelope, sealed.size - SECRET_OVERHEAD};
    return STATUS_OK;
}

struct digest outbox_digest(struct slice partner, const struct letter *letter)
{
    const struct slice parts[] = {partner, letter->kind, slice_of(letter->reply_to.hex),
                                  letter->body};
    return digest_of(parts, sizeof parts / sizeof parts[0]);
}

enum status outbox_entry_append(struct outbox *outbox, const struct outbox_entry *said)
{
    char bytes[512];
    struct text detail = text_over(bytes, sizeof bytes);
    struct slice self = partner_list_self(outbox->options.list);
    text_add_string(&detail, "{\"kind\":");
    text_add_json(&detail, said->kind);
    text_add_string(&detail, ",\"partner\":");
    text_add_json(&detail, said->partner);
    if (said->object.size > 0) {
        text_add_string(&detail, ",\"object\":");
        text_add_json(&detail, said->object);
    }
    if (said->fault != NULL)
        text_addf(&detail, ",\"fault\":\"%s\"", said->fault);
    text_add_char(&detail, '}');
    must(!detail.full);
    const struct audit_entry entry = {
        .time = outbox_now(outbox),
        .actor = said->actor.size > 0 ? said->actor : SLICE("system"),
        .organisation = said->organisation.size > 0 ? said->organisation : self,
        .action = slice_of(said->action),
        .object_kind = SLICE("letter"),
        .object_id = slice_of(said->id->hex),
        .outcome = slice_of(said->outcome),
        .detail = text_slice(&detail),
    };
    return audit_append(outbox->options.audit, &entry, NULL);
}
