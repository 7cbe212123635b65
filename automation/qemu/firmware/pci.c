/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configuration space of bus 0. Places each device's BARs where layout.h says,
 * so that the device tree can describe it as a platform device: Xen never sees
 * a PCI host bridge.
 */
#include "firmware.h"

#define PCI_COMMAND         0x04
#define PCI_COMMAND_IO      (1U << 0)
#define PCI_COMMAND_MEMORY  (1U << 1)
#define PCI_COMMAND_MASTER  (1U << 2)
#define PCI_COMMAND_NO_INTX (1U << 10)
#define PCI_BAR(n)          (0x10 + 4 * (n))
#define PCI_BAR_IO          (1U << 0)
#define PCI_BAR_64BIT       (1U << 2)

int pci_find(unsigned int slot, struct pci_device *dev)
{
    dev->cfg = ECAM_BASE + ((uint64_t)slot << 15);
    dev->id = read32(dev->cfg);

    return dev->id != 0xffffffff && dev->id != 0;
}

void pci_set_bar(const struct pci_device *dev, unsigned int bar, uint64_t base)
{
    uint64_t reg = dev->cfg + PCI_BAR(bar);
    uint32_t type = read32(reg);

    write32(reg, base);
    if ( !(type & PCI_BAR_IO) && (type & PCI_BAR_64BIT) )
        write32(reg + 4, base >> 32);
}

void pci_enable(const struct pci_device *dev, bool interrupts)
{
    write16(dev->cfg + PCI_COMMAND,
            PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
            (interrupts ? 0 : PCI_COMMAND_NO_INTX));
}
