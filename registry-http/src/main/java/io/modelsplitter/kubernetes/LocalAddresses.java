package io.modelsplitter.kubernetes;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Addresses that only this machine or its cloud answers at, or nobody. The private networks of IPv4
 * (RFC 1918) are not among them: there most clusters live.
 */
final class LocalAddresses {
  /** Network prefixes of IPv4 in bits, as the RFCs of the IANA registry name them. */
  private static final List<String> IPV4 =
      List.of(
          "00/8", // this network
          "7f/8", // loopback
          "a9fe/16", // link-local, and with it most metadata services
          "646464c8/32", // metadata of Alibaba Cloud
          "a83f8110/32", // metadata of Azure
          "c0000000/24", // protocol assignments, and Oracle's metadata
          "e0/3"); // multicast, reserved, broadcast

  private static final List<String> IPV6 =
      List.of(
          "00000000000000000000000000000000/127", // any and loopback
          "0064ff9b0001/48", // translated by this network (RFC 8215)
          "20010000/32", // Teredo, whose IPv4 address is hidden
          "fc/7", // unique local, and with it the metadata services of AWS and Google Cloud
          "fe80/9", // link-local and site-local
          "ff/8"); // multicast

  /** IPv6 addresses that stand for an IPv4 address: where it begins in them. */
  private static final List<Embedded> EMBEDDED =
      List.of(
          new Embedded("000000000000000000000000/96", 12), // compatible (RFC 4291)
          new Embedded("00000000000000000000ffff/96", 12), // mapped
          new Embedded("0064ff9b0000000000000000/96", 12), // NAT64 (RFC 6052)
          new Embedded("2002/16", 2)); // 6to4 (RFC 3056)

  private record Embedded(String prefix, int offset) {}

  private LocalAddresses() {}

  static boolean isLocal(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return IPV4.stream().anyMatch(prefix -> matches(bytes, prefix));
    }
    if (IPV6.stream().anyMatch(prefix -> matches(bytes, prefix))) {
      return true;
    }
    for (Embedded embedded : EMBEDDED) {
      if (matches(bytes, embedded.prefix)) {
        return isLocal(ipv4(Arrays.copyOfRange(bytes, embedded.offset, embedded.offset + 4)));
      }
    }
    return false;
  }

  private static InetAddress ipv4(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // four bytes are an address
    }
  }

  private static boolean matches(byte[] address, String prefix) {
    int slash = prefix.indexOf('/');
    byte[] network = HexFormat.of().parseHex(prefix.substring(0, slash));
    int bits = Integer.parseInt(prefix.substring(slash + 1));
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      int inNetwork = i / 8 < network.length ? network[i / 8] & mask : 0;
      if ((address[i / 8] & mask) != inNetwork) {
        return false;
      }
    }
    return true;
  }
}
