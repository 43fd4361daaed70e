/* unit/config/test_network.c - which addresses lie in which networks. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "config/network.h"

static bool lies_in(const char *address, const char *network)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
        return tp_config_network_match(network, (const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
    return tp_config_network_match(network, (const struct sockaddr *)&v6);
}

static void prefixes_are_compared_to_the_bit(void **state)
{
    (void)state;
    assert_true(lies_in("10.255.0.1", "10.0.0.0/8"));
    assert_false(lies_in("11.0.0.1", "10.0.0.0/8"));
    assert_true(lies_in("192.168.1.130", "192.168.1.128/25"));
    assert_false(lies_in("192.168.1.127", "192.168.1.128/25"));
    assert_true(lies_in("1.2.3.4", "1.2.3.4"));
    assert_false(lies_in("1.2.3.5", "1.2.3.4"));
    assert_true(lies_in("1.2.3.4", "0.0.0.0/0"));
    assert_true(lies_in("fd12::1", "fc00::/7"));
    assert_false(lies_in("2001:db8::1", "fc00::/7"));
    assert_true(lies_in("::1", "::1"));
}

static void families_are_kept_apart_but_mapped_addresses_are_ipv4(void **state)
{
    struct sockaddr_un local = { .sun_family = AF_UNIX };

    (void)state;
    assert_true(lies_in("::ffff:10.1.1.1", "10.0.0.0/8"));
    assert_true(lies_in("10.1.1.1", "::ffff:10.0.0.0/104"));
    assert_false(lies_in("10.1.1.1", "::/0"));
    assert_false(lies_in("::1", "0.0.0.0/0"));
    assert_false(tp_config_network_match("0.0.0.0/0", (const struct sockaddr *)&local));
}

static void what_is_no_network_is_refused(void **state)
{
    static const char *const BAD[] = { "",
                                       "10.0.0.0/33",
                                       "10.0.0.0/",
                                       "10.0.0/8",
                                       "::1/129",
                                       "10.0.0.1/-1",
                                       "localhost",
                                       "10.0.0.0/8/8",
                                       "fe80::1%eth0/64",
                                       "00000000000000000000000000000000000000000000000::1" };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_false(tp_config_network_valid(BAD[i]));
    assert_true(tp_config_network_valid("fd00::/8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes_are_compared_to_the_bit),
        cmocka_unit_test(families_are_kept_apart_but_mapped_addresses_are_ipv4),
        cmocka_unit_test(what_is_no_network_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
