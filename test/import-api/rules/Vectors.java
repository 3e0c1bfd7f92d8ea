import com.google.common.net.InetAddresses;
import com.google.common.net.InternetDomainName;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.validator.routines.DomainValidator;
import org.apache.commons.validator.routines.EmailValidator;

/**
 * Answers the texts in vectors/*.json with the libraries that everit json-schema 1.5.1 calls for its formats, and rewrites
 * the files. With --add N it first adds N random mutations of each file's texts. README.md says how to run it.
 */
public class Vectors {
  private static final List<String> FORMATS =
      List.of("date-time", "email", "hostname", "ipv4", "ipv6", "uri");

  public static void main(String[] arguments) throws IOException {
    int added = arguments.length == 2 && arguments[0].equals("--add") ? Integer.parseInt(arguments[1]) : 0;
    for (String format : FORMATS) {
      Path file = Path.of("vectors", format + ".json");
      Set<String> texts = new LinkedHashSet<>(stringsIn(Files.readString(file), "text"));
      mutate(format, texts, added);
      List<String> lines = new ArrayList<>();
      for (String text : texts) lines.add(vector(format, text));
      Files.writeString(file, "[\n  " + String.join(",\n  ", lines) + "\n]\n");
    }
    rewriteMultiples(Path.of("vectors", "multiple-of.json"));
  }

  private static String vector(String format, String text) {
    boolean accepted = accepts(format, text);
    String doubt = accepted ? null : doubt(format, text);
    return "{ \"text\": " + quote(text) + ", \"accepted\": " + accepted
        + (doubt == null ? "" : ", \"doubtful\": " + quote(doubt)) + " }";
  }

  private static boolean accepts(String format, String text) {
    switch (format) {
      case "date-time": return isDateTime(text);
      case "email": return EmailValidator.getInstance(false, true).isValid(text);
      case "hostname": return isHostname(text);
      case "ipv4": return isAddress(text, 4);
      case "ipv6": return isAddress(text, 16);
      case "uri": return isUri(text);
      default: throw new IllegalArgumentException(format);
    }
  }

  /** Why the Import API might accept a text that these versions refuse; null where nothing suggests so. */
  private static String doubt(String format, String text) {
    switch (format) {
      case "email": return emailDoubt(text);
      case "hostname": return hostnameDoubt(text);
      case "ipv6": return ipv6Doubt(text);
      default: return null;
    }
  }

  private static String emailDoubt(String text) {
    String stripped = text.replaceAll("^\\s+|\\s+$", "");
    if (!stripped.equals(text) && (accepts("email", stripped) || emailDoubt(stripped) != null))
      return "commons-validator 1.5.1 reads white space around an address";
    if (isEmailOfSomeDomain(text)) return "depends on the list of top-level domains";
    int domain = text.lastIndexOf('@') + 1;
    String plain = text.substring(0, domain) + text.substring(domain).replaceAll("[^\\x00-\\x7f]", "a");
    return !plain.equals(text) && isEmailOfSomeDomain(plain)
        ? "depends on what IDNA makes of the domain"
        : null;
  }

  /** Whether it is an address where the list of top-level domains has its last label. */
  private static boolean isEmailOfSomeDomain(String text) {
    String[] labels = text.substring(text.lastIndexOf('@') + 1).split("[.\u3002\uff0e\uff61]");
    String last = labels.length == 0 ? "" : ascii(labels[labels.length - 1]).toLowerCase(Locale.ENGLISH);
    // RFC 6761 has the two; what is no label is no domain's.
    if (last.equals("localhost") || last.equals("localdomain")) return false;
    if (!last.matches("[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")) return false;
    DomainValidator.Item item =
        new DomainValidator.Item(DomainValidator.ArrayType.GENERIC_PLUS, new String[] {last});
    DomainValidator domains = DomainValidator.getInstance(false, List.of(item));
    return new EmailValidator(false, true, domains).isValid(text);
  }

  private static String hostnameDoubt(String text) {
    String plain = text.replaceAll("[\u3002\uff0e\uff61]", ".").replace('_', 'a');
    if (isHostname(plain)) return "whether a label may begin or end with _ is not known";
    int label = plain.lastIndexOf('.', plain.length() - 2) + 1;
    if (label < plain.length() && Character.isDigit(plain.charAt(label))
        && isHostname(plain.substring(0, label) + "a" + plain.substring(label + 1)))
      return "whether a name may end in a number is not known";
    return null;
  }

  private static String ipv6Doubt(String text) {
    if (text.contains(":") && isAddress(text, 4)) return "to Java it is an IPv4 address";
    int zone = text.indexOf('%');
    if (zone > 0 && isAddress(text.substring(0, zone), 16)) return "Guava's versions read zones differently";
    boolean read = isAddress(text.replaceAll("(?i)(?<![0-9a-f])0+(?=[0-9a-f]{4})", ""), 16);
    return read ? "Guava 25 and earlier read a group with more zeros in front" : null;
  }

  private static boolean isDateTime(String text) {
    DateTimeFormatter fraction =
        new DateTimeFormatterBuilder()
            .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
            .toFormatter();
    DateTimeFormatter formatter =
        new DateTimeFormatterBuilder()
            .appendPattern("yyyy-MM-dd'T'HH:mm:ss")
            .appendOptional(fraction)
            .appendPattern("XXX")
            .toFormatter();
    try {
      formatter.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static boolean isHostname(String text) {
    try {
      InternetDomainName.from(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isAddress(String text, int bytes) {
    return InetAddresses.isInetAddress(text) && InetAddresses.forString(text).getAddress().length == bytes;
  }

  private static boolean isUri(String text) {
    try {
      new URI(text);
      return true;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Both as text; the receiver reads both as doubles, and divides what Double.toString says of them. */
  private static void rewriteMultiples(Path file) throws IOException {
    String json = Files.readString(file);
    List<String> values = stringsIn(json, "value");
    List<String> bounds = stringsIn(json, "multipleOf");
    List<String> lines = new ArrayList<>();
    for (int n = 0; n < values.size(); n++) {
      BigDecimal bound = BigDecimal.valueOf(Double.parseDouble(bounds.get(n)));
      BigDecimal value = BigDecimal.valueOf(Double.parseDouble(values.get(n)));
      lines.add("{ \"value\": " + quote(values.get(n)) + ", \"multipleOf\": " + quote(bounds.get(n))
          + ", \"accepted\": " + (value.remainder(bound).signum() == 0) + " }");
    }
    Files.writeString(file, "[\n  " + String.join(",\n  ", lines) + "\n]\n");
  }

  private static void mutate(String format, Set<String> texts, int count) {
    Random random = new Random(format.hashCode());
    List<String> from = new ArrayList<>(texts);
    // As many of either answer, as far as they are found.
    int[] left = {count / 2, count - count / 2};
    for (int n = 0; n < 1000 * count && left[0] + left[1] > 0; n++) {
      String text = from.get(random.nextInt(from.size()));
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) text = edit(format, text, from, random);
      int answer = accepts(format, text) ? 1 : 0;
      if (text.length() > 100 || left[answer] == 0 || !texts.add(text)) continue;
      left[answer]--;
    }
  }

  private static String edit(String format, String text, List<String> from, Random random) {
    int at = random.nextInt(text.length() + 1);
    int end = Math.min(text.length(), at + random.nextInt(4));
    String before = text.substring(0, at);
    switch (random.nextInt(5)) {
      case 0: return before + text.substring(end);
      case 1: return before + character(format, random) + text.substring(at);
      case 2: return before + character(format, random) + text.substring(end);
      case 3: return before + text.substring(at, end) + text.substring(at);
      default:
        String other = from.get(random.nextInt(from.size()));
        return before + other.substring(random.nextInt(other.length() + 1));
    }
  }

  private static char character(String format, Random random) {
    String wide = " \t\"#%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\u007f\u0080\u00a0\u00e9\u00df\u2028\u3002\u65e5\uff11\ud83d";
    String narrow;
    switch (format) {
      case "date-time": narrow = "0123456789-:TZ+. tz"; break;
      case "ipv4": narrow = "0123456789.."; break;
      case "ipv6": narrow = "0123456789abcdefABF::::.%"; break;
      case "hostname": narrow = "abcxyz0189-_.."; break;
      case "email": narrow = "abc019-_.@\"\\[]:' "; break;
      default: narrow = "abc019-._~:/?#[]@!$&'()*+,;=%";
    }
    String set = random.nextInt(4) == 0 ? wide : narrow;
    return set.charAt(random.nextInt(set.length()));
  }

  /** The values of the members of this name: all of them strings. */
  private static List<String> stringsIn(String json, String name) {
    List<String> found = new ArrayList<>();
    Matcher matcher = Pattern.compile("\"" + name + "\": \"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
    while (matcher.find()) found.add(unquote(matcher.group(1)));
    return found;
  }

  private static String unquote(String quoted) {
    StringBuilder out = new StringBuilder();
    for (int n = 0; n < quoted.length(); n++) {
      char each = quoted.charAt(n);
      if (each != '\\') out.append(each);
      else if (quoted.charAt(++n) == 'u') {
        out.append((char) Integer.parseInt(quoted.substring(n + 1, n + 5), 16));
        n += 4;
      } else {
        int escape = "bfnrt".indexOf(quoted.charAt(n));
        out.append(escape < 0 ? quoted.charAt(n) : "\b\f\n\r\t".charAt(escape));
      }
    }
    return out.toString();
  }

  /** In ASCII. */
  private static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      if (each == '"' || each == '\\') out.append('\\').append(each);
      else if (each < 0x20 || each > 0x7e) out.append(String.format("\\u%04x", (int) each));
      else out.append(each);
    }
    return out.append('"').toString();
  }

  /** As commons-validator writes a domain before it checks it. */
  private static String ascii(String label) {
    try {
      return java.net.IDN.toASCII(label);
    } catch (IllegalArgumentException e) {
      return label;
    }
  }
}
