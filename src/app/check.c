/* app/check.c - refuses to serve keys to the open network. */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "app/private.h"
#include "stages/auth.h"

static bool is_loopback(const char *address)
{
    struct in6_addr v6;

    return strncmp(address, "127.", 4) == 0 || strcmp(address, "localhost") == 0 ||
           (inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6));
}

static const tp_provider *provider_with_key(const tp_settings *settings)
{
    const tp_provider *providers = settings->providers.items;

    for (size_t i = 0; i < settings->providers.count; i++)
        if (providers[i].api_key[0] || providers[i].api_keys.count)
            return &providers[i];
    return NULL;
}

bool tp_app_check(const tp_settings *settings)
{
    const tp_auth_settings *auth = tp_settings_section(settings, tp_stage_auth.name);
    const tp_provider *provider = provider_with_key(settings);

    if (is_loopback(settings->listen.address) || !provider || auth->keys.count || auth->open)
        return true;
    fprintf(stderr,
            "tokenpak: listen.address %s is not loopback and provider '%s' has a key: anyone who reaches the port could spend your money.\n"
            "Set auth.keys, or auth.open: true if that is what you want.\n",
            settings->listen.address, provider->name);
    return false;
}
