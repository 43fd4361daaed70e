/* admin/gate.c - who may see the admin paths, and who may change something through them. */

#include <openssl/crypto.h>

#include "admin/private.h"
#include "config/settings.h"
#include "stages/auth.h"

/* Takes equally long for every wrong key of a length. */
static bool is_key(const char *key, tp_bytes shown)
{
    return shown.length && strlen(key) == shown.length && CRYPTO_memcmp(key, shown.data, shown.length) == 0;
}

static bool shows_key(const tp_admin *admin, const tp_admin_call *call)
{
    const tp_auth_settings *auth = tp_settings_section(admin->settings, tp_stage_auth.name);
    const tp_auth_place *place = &tp_auth_places[0];
    bool shown = false;

    for (size_t i = 0; auth && i < call->header_count; i++)
        if (tp_bytes_equal_nocase(call->headers[i].name, tp_bytes_text(place->name)))
            shown |= is_key(auth->admin_key, tp_auth_credential(place, call->headers[i].value));
    return shown;
}

static bool from_web_page(const tp_admin_call *call)
{
    for (size_t i = 0; i < call->header_count; i++)
        if (tp_bytes_equal_nocase(call->headers[i].name, TP_BYTES("origin")))
            return true;
    return false;
}

bool tp_admin_gate_lets(const tp_admin *admin, const tp_admin_call *call, tp_admin_access access)
{
    if (access == TP_ADMIN_ANYONE || shows_key(admin, call))
        return true;
    return call->loopback && (access == TP_ADMIN_READER || !from_web_page(call));
}
