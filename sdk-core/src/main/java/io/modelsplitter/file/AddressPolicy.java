package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import okhttp3.Dns;
import okhttp3.HttpUrl;

/**
 * Refuses addresses that only this machine or its cloud answers at: loopback, link-local, the
 * metadata services, and those that are nobody's. A name is looked up once, and the addresses that
 * were checked are those that are called.
 */
final class AddressPolicy implements Dns {
  /** Metadata services that are not link-local: Alibaba Cloud's and Azure's. */
  private static final Set<String> METADATA = Set.of("100.100.100.200", "168.63.129.16");

  /** Those of AWS ({@code fd00:ec2::/32}) and Google Cloud ({@code fd20:ce::/32}) over IPv6. */
  private static final List<byte[]> METADATA6 =
      List.of(
          new byte[] {(byte) 0xfd, 0, 0x0e, (byte) 0xc2},
          new byte[] {(byte) 0xfd, 0x20, 0, (byte) 0xce});

  /** What a network translates to IPv4 by itself (RFC 8215). */
  private static final byte[] LOCAL_NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 1};

  /** IPv6 addresses that stand for IPv4 ones (RFC 6052). */
  private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

  /** What is refused comes as an exception that the HTTP client hands through. */
  static final class RefusedException extends UnknownHostException {
    RefusedException(String message) {
      super(message);
    }
  }

  /** Checks a host that is written as an address; a name is checked when it is looked up. */
  static void check(HttpUrl url) {
    String host = url.host();
    boolean isAddress = host.contains(":") || host.matches("[0-9.]+");
    try {
      if (isAddress && isRefused(InetAddress.getByName(host))) {
        throw new BadInputException(refusal(host));
      }
    } catch (UnknownHostException e) {
      throw new BadInputException("the address " + host + " is none", e);
    }
  }

  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    List<InetAddress> addresses = Dns.SYSTEM.lookup(hostname);
    for (InetAddress address : addresses) {
      if (isRefused(address)) {
        throw new RefusedException(refusal(hostname + " (" + address.getHostAddress() + ")"));
      }
    }
    return addresses;
  }

  static boolean isRefused(InetAddress address) throws UnknownHostException {
    if (address instanceof Inet6Address) {
      byte[] bytes = address.getAddress();
      if (Arrays.equals(Arrays.copyOf(bytes, NAT64.length), NAT64)) {
        return isRefused(InetAddress.getByAddress(Arrays.copyOfRange(bytes, NAT64.length, 16)));
      }
      if (begins(bytes, LOCAL_NAT64) || METADATA6.stream().anyMatch(it -> begins(bytes, it))) {
        return true;
      }
    }
    return address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || METADATA.contains(address.getHostAddress().replaceFirst("%.*", ""));
  }

  private static boolean begins(byte[] address, byte[] prefix) {
    return Arrays.equals(Arrays.copyOf(address, prefix.length), prefix);
  }

  private static String refusal(String host) {
    return host + " is an address of this machine or its cloud, which is not allowed here";
  }
}
