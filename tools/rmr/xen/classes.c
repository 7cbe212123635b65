/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices that Xen has drivers for: what its sources match. */

enum device_class device_get_class(const struct dt_device_node *dev)
{
    static const struct {
        const char *compatible;
        enum device_class class;
    } drivers[] = {
#include "gen/drivers.h"
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(drivers); i++ )
        if ( dt_device_is_compatible(dev, drivers[i].compatible) )
            return drivers[i].class;

    return DEVICE_UNKNOWN;
}
