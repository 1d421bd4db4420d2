type Child = Node | string | false | null | undefined;
type Properties<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Tag], "attributes" | "style" | "children">
> & {
  /** Attributes that are no property of the same name. */
  attributes?: Record<string, string>;
};

/** An element with its properties and children. Strings become text, never markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties<Tag> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  const { attributes, ...own } = properties;
  Object.assign(element, own);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  fill(element, ...children);
  return element;
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== false && child != null));
}

export function button(label: string, onclick: () => void, className = ""): HTMLButtonElement {
  return h("button", { type: "button", onclick, className }, label);
}

interface ListOptions<Item> {
  key: (item: Item) => string;
  draw: (item: Item) => HTMLElement;
}

/** Draws a list of plain data. What is the same as before keeps its element, and with it focus and open menus. */
export function keyedList<Item>(parent: HTMLElement, { key, draw }: ListOptions<Item>) {
  let present = new Map<string, { element: HTMLElement; text: string }>();
  return (items: readonly Item[]): void => {
    const next: typeof present = new Map();
    for (const item of items) {
      const text = JSON.stringify(item);
      const before = present.get(key(item));
      next.set(key(item), before?.text === text ? before : { element: draw(item), text });
    }
    for (const [id, { element }] of present) if (next.get(id)?.element !== element) element.remove();
    let place = parent.firstElementChild;
    for (const { element } of next.values()) {
      if (element === place) place = place.nextElementSibling;
      else parent.insertBefore(element, place);
    }
    present = next;
  };
}
