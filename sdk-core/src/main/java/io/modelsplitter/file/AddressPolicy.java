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
  /** Metadata services that are not link-local: AWS over IPv6, and Alibaba Cloud. */
  private static final Set<String> METADATA = Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200");

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
    }
    return address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || METADATA.contains(address.getHostAddress().replaceFirst("%.*", ""));
  }

  private static String refusal(String host) {
    return host + " is an address of this machine or its cloud, which is not allowed here";
  }
}
